from django.apps import AppConfig


class GrantsConfig(AppConfig):
    name = "accounts.grants"
    label = "grants"
