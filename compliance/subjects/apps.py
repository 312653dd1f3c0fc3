from django.apps import AppConfig


class SubjectsConfig(AppConfig):
    name = "compliance.subjects"
    label = "subjects"
