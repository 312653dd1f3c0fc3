from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "accounts.approvals"
    label = "approvals"
