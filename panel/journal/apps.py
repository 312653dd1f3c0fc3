from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "panel.journal"
    label = "journal"
