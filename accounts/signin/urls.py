"""Signing in, one-time links, one's own security."""

from django.urls import path

from accounts.signin.views import (
    carrying,
    factors,
    inviting,
    joining,
    passkeys,
    policies,
    resetting,
    security,
    signing,
)

app_name = "signin"
urlpatterns = [
    path("sign-in/", signing.SignIn.as_view(), name="sign_in"),
    path("sign-in/factor/", signing.Factor.as_view(), name="factor"),
    path("sign-in/recovery/", signing.Recovery.as_view(), name="recovery"),
    path("sign-in/passkey/", passkeys.SignInPasskey.as_view(), name="sign_in_passkey"),
    path("sign-in/passkey/challenge/", passkeys.SignInChallenge.as_view(), name="sign_in_challenge"),
    path("sign-in/factor/passkey/", passkeys.FactorPasskey.as_view(), name="factor_passkey"),
    path("sign-in/factor/passkey/challenge/", passkeys.FactorChallenge.as_view(), name="factor_challenge"),
    path("sign-out/", signing.SignOut.as_view(), name="sign_out"),
    path("step-up/", signing.StepUp.as_view(), name="step_up"),
    path("step-up/passkey/", passkeys.StepUpPasskey.as_view(), name="step_up_passkey"),
    path("step-up/passkey/challenge/", passkeys.StepUpChallenge.as_view(), name="step_up_challenge"),
    path("carry-on/<uuid:kept_id>/", carrying.CarryOn.as_view(), name="carry_on"),
    path("carry-on/<uuid:kept_id>/discarding/", carrying.Discarding.as_view(), name="discarding"),
    path("join/<str:token>/", joining.Join.as_view(), name="join"),
    path("account/security/", security.Security.as_view(), name="security"),
    path("account/security/password/", security.Password.as_view(), name="password"),
    path("account/security/authenticator/", security.Authenticator.as_view(), name="authenticator"),
    path("account/security/needed/", factors.Needed.as_view(), name="needed"),
    path("account/security/passkeys/", passkeys.Registration.as_view(), name="passkeys"),
    path("account/security/passkeys/challenge/", passkeys.RegistrationChallenge.as_view(), name="passkey_challenge"),
    path("account/security/factors/<uuid:factor>/name/", factors.Name.as_view(), name="factor_name"),
    path("account/security/factors/<uuid:factor>/removal/", factors.Removal.as_view(), name="factor_removal"),
    path("account/security/codes/", security.Codes.as_view(), name="codes"),
    path("account/security/elsewhere/", security.Elsewhere.as_view(), name="elsewhere"),
    path("people/factors/", policies.FactorPolicy.as_view(), name="factor_policy"),
    path("people/<uuid:user_id>/invitation/", inviting.Invitation.as_view(), name="invitation"),
    path("people/<uuid:user_id>/factor-reset/", resetting.Reset.as_view(), name="reset"),
]
