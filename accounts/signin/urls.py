"""Signing in, one-time links, one's own security."""

from django.urls import path

from accounts.signin.views import joining, signing

app_name = "signin"
urlpatterns = [
    path("sign-in/", signing.SignIn.as_view(), name="sign_in"),
    path("sign-in/factor/", signing.Factor.as_view(), name="factor"),
    path("sign-in/recovery/", signing.Recovery.as_view(), name="recovery"),
    path("sign-out/", signing.SignOut.as_view(), name="sign_out"),
    path("step-up/", signing.StepUp.as_view(), name="step_up"),
    path("join/<str:token>/", joining.Join.as_view(), name="join"),
]
