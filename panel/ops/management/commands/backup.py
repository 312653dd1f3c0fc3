"""`manage.py backup`: make one now, list them, check one, or check a stored copy of the key rings."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from panel.kernel import actors, clock, ids
from panel.kernel.crypto import kek
from panel.kernel.errors import Refusal
from panel.ops.backups import making, places, rings, services
from panel.ops.backups.format import archive
from panel.ops.models import Backup


class Command(BaseCommand):
    help = "Make a backup and read it back. Exit code 0: it is made and verified."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", dest="listed", help="name the backups in the directory")
        parser.add_argument("--verify", type=Path, metavar="BACKUP", help="read a backup back, all of it")
        parser.add_argument("--check-kek", type=Path, metavar="PATH", help="does this stored copy hold our key rings?")
        parser.add_argument(
            "--unrecorded", action="store_true", help="only files, for `upgrade`: the tables may be an older version's"
        )

    def handle(self, **options: Any) -> None:
        try:
            if options["check_kek"]:
                print(rings.checked(rings.ours(), options["check_kek"]))
            elif options["verify"]:
                print(f"The backup is good: {_megabytes(making.verify(options['verify'], places.provider()))}.")
            elif options["listed"]:
                print("\n".join(making.names(places.directory())) or "There is no backup.")
            else:
                print(self._made(unrecorded=options["unrecorded"]))
        except (making.BackupFailed, archive.ArchiveError, kek.KekError, Refusal, DatabaseError, OSError) as error:
            raise CommandError(str(error).strip().splitlines()[0]) from None

    def _made(self, *, unrecorded: bool) -> str:
        if unrecorded:
            job = places.job(ids.new_id(), clock.now().isoformat(timespec="seconds"))
            with making.alone(job.directory, wait=services.WAIT_SECONDS):
                making.make(job, services.silent)
            return str(job.directory / job.name)
        row = services.start(actor=actors.console(), at=clock.now(), sent=False)
        row = services.carry_out(backup=row.id)
        if row.state != Backup.State.DONE:
            raise CommandError(row.problem or "Another process makes this backup.")
        took = f"{_megabytes(row.bytes)}, {row.rows} rows, {row.seconds or 0:.1f} s, read back"
        return "\n".join(filter(None, [f"{places.directory() / row.name}: {took}.", row.problem]))


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
