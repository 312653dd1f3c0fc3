from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class KernelConfig(AppConfig):
    name = "panel.kernel"
    label = "kernel"

    def ready(self) -> None:
        # One autodiscover loads what every slice registers; registries are empty before and complete after it.
        autodiscover_modules("hooks")
        # Every process knows the kinds of jobs: pages show their titles, beat their schedules, services start them.
        autodiscover_modules("tasks")
