"""Stop every assistant at once, whatever else is broken; `stop --lift` ends it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction

from panel.journal import services as journal
from panel.kernel import actors, clock
from panel.ops.services import emergency


class Command(BaseCommand):
    help = "Emergency stop: the gateway answers nothing within a second, with or without a database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--lift", action="store_true", help="let the gateway answer again")

    def handle(self, **options: Any) -> None:
        data_dir = Path(settings.DATA_DIR)
        try:
            if options["lift"]:
                done = emergency.resume(data_dir)
                event, said = "ops.gateway.resumed", "The gateway answers again." if done else "It was not stopped."
            else:
                path = emergency.stop(data_dir)
                event, said = "ops.gateway.stopped", f"Stopped: {path}. `manage.py stop --lift` ends it."
        except OSError as error:
            raise CommandError(f"The stop file cannot be changed: {error.strerror}.") from None
        print(said)
        try:
            with transaction.atomic():
                journal.record(event, actor=actors.console(), at=clock.now())
        except DatabaseError:
            print("The journal cannot be reached now: write down when and why this was done.")
