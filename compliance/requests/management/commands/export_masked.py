"""`manage.py export_masked TARGET`: a copy for development without people and without secrets."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.requests.services.copies import masked
from panel.kernel.errors import Refusal


class Command(BaseCommand):
    help = (
        "Write every table as JSON lines into TARGET, people and content replaced by invented values, nothing secret."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path)

    def handle(self, **options: Any) -> None:
        try:
            counts = masked.export(options["target"])
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from None
        print(f"{sum(counts.values())} rows of {len(counts)} tables, nobody named.")
