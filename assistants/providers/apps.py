from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "assistants.providers"
    label = "providers"
