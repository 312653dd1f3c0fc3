from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "panel.outbound"
    label = "outbound"
