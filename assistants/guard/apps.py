from django.apps import AppConfig


class GuardConfig(AppConfig):
    name = "assistants.guard"
    label = "guard"
