from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "compliance.requests"
    label = "requests"
