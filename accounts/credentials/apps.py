from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "accounts.credentials"
    label = "credentials"
