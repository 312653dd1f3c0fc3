from django.apps import AppConfig


class AuditingConfig(AppConfig):
    name = "compliance.auditing"
    label = "auditing"
