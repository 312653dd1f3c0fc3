from django.apps import AppConfig


class HoldsConfig(AppConfig):
    name = "compliance.holds"
    label = "holds"
