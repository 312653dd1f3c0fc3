from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "panel.setup"
    label = "setup"
