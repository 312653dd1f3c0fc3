from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "assistants.vault"
    label = "vault"
