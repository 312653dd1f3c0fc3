from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "assistants.gateway"
    label = "gateway"
