from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "panel.ui"
    label = "ui"
