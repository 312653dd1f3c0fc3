from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "panel.kernel"
    label = "kernel"
