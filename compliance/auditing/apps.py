from django.apps import AppConfig


class AuditingConfig(AppConfig):
    name = "compliance.auditing"
    label = "auditing"

    def ready(self) -> None:
        # Models exist from here on, and the kernel has loaded every slice's declarations before any slice is ready.
        from compliance.auditing.services.feed import watch  # noqa: PLC0415

        watch()
