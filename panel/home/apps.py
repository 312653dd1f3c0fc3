from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "panel.home"
    label = "home"
