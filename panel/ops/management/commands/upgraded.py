"""The end of `manage.py upgrade`: the backup that was made before it is listed, and the journal says that it happened."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from panel.journal import services as journal
from panel.kernel import actors, clock
from panel.ops.backups import places, upkeep
from panel.ops.models import Backup


class Command(BaseCommand):
    help = "Used by `manage.py upgrade`."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, **options: Any) -> None:
        at = clock.now()
        upkeep.settle(at=at)
        with transaction.atomic():
            row = Backup.objects.filter(name=options["folder"].name).first()
            if row:
                row.reason = Backup.Reason.UPGRADE
                row.save(update_fields=["reason"])
            detail = {"version": places.panel_version(), "backup": str(row.id) if row else ""}
            journal.record("ops.upgraded", actor=actors.console(), obj=row, detail=detail, at=at)
