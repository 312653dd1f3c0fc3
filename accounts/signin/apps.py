from django.apps import AppConfig
from django.conf import settings
from django_otp_webauthn.apps import OtpWebauthnConfig


class SigninConfig(AppConfig):
    name = "accounts.signin"
    label = "signin"


class WebauthnConfig(OtpWebauthnConfig):  # type: ignore[misc]  # django-otp-webauthn has no types
    """django-otp-webauthn for its ceremonies alone: its own tables, with clear columns, are never made.

    Its concrete models stand in one module with the abstract one. Django leaves a model out of everything (tables,
    relations, permissions) when a setting names another in its place; the library does not offer that, so it is said here.
    """

    def import_models(self) -> None:
        super().import_models()
        for model in self.models.values():
            model._meta.swappable = "OTP_WEBAUTHN_CREDENTIAL_MODEL"
            model._meta.swapped = settings.OTP_WEBAUTHN_CREDENTIAL_MODEL  # was asked, and remembered, at the import

    def ready(self) -> None:
        """Without the library's checks: they refuse addresses at which the panel merely offers no passkeys."""
