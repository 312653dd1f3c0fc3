"""Signing in, one-time links, one's own security."""

from django.urls import path

from accounts.signin.views import carrying, inviting, joining, resetting, security, signing

app_name = "signin"
urlpatterns = [
    path("sign-in/", signing.SignIn.as_view(), name="sign_in"),
    path("sign-in/factor/", signing.Factor.as_view(), name="factor"),
    path("sign-in/recovery/", signing.Recovery.as_view(), name="recovery"),
    path("sign-out/", signing.SignOut.as_view(), name="sign_out"),
    path("step-up/", signing.StepUp.as_view(), name="step_up"),
    path("carry-on/<uuid:kept_id>/", carrying.CarryOn.as_view(), name="carry_on"),
    path("carry-on/<uuid:kept_id>/discarding/", carrying.Discarding.as_view(), name="discarding"),
    path("join/<str:token>/", joining.Join.as_view(), name="join"),
    path("account/security/", security.Security.as_view(), name="security"),
    path("account/security/password/", security.Password.as_view(), name="password"),
    path("account/security/authenticator/", security.Authenticator.as_view(), name="authenticator"),
    path("account/security/codes/", security.Codes.as_view(), name="codes"),
    path("account/security/elsewhere/", security.Elsewhere.as_view(), name="elsewhere"),
    path("people/<uuid:user_id>/invitation/", inviting.Invitation.as_view(), name="invitation"),
    path("people/<uuid:user_id>/factor-reset/", resetting.Reset.as_view(), name="reset"),
]
