from django.apps import AppConfig


class ElevationConfig(AppConfig):
    name = "accounts.elevation"
