from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "assistants.catalog"
    label = "catalog"
