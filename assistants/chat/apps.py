from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "assistants.chat"
    label = "chat"
