from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "accounts.duties"
    label = "duties"
