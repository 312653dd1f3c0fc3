"""`manage.py up`. The command line goes straight to panel.ops.console; this entry is for `manage.py help`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from panel.ops import console


class Command(BaseCommand):
    help = "Start the panel in the foreground: PostgreSQL, Valkey, gateway, panel, worker and beat."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="a data directory of its own, with invented people")

    def handle(self, **options: Any) -> None:
        raise SystemExit(console.up(["--demo"] if options["demo"] else []))
