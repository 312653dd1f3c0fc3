from django.apps import AppConfig


class WitnessConfig(AppConfig):
    name = "compliance.witness"
    label = "witness"
