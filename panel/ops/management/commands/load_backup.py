"""The half of `manage.py restore` that needs Django: rows, files, migrations to today, erasures, the journal's proof."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction

from panel.journal import services as journal
from panel.journal import verification
from panel.kernel import actors, clock, installation
from panel.kernel.boot import environment
from panel.kernel.crypto import keyring
from panel.kernel.crypto.kek import KekError
from panel.kernel.db import epochs
from panel.kernel.registries import backups as registry
from panel.ops.backups import making, places, restoring, services, upkeep
from panel.ops.backups.format import erasures
from panel.ops.backups.format.archive import ArchiveError
from panel.ops.backups.format.reading import Files, Reader
from panel.ops.services.ownership import become_owner


class Command(BaseCommand):
    help = "Used by `manage.py restore`, which starts the servers and checks the archive first."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path)
        parser.add_argument("--replace", action="store_true")
        parser.add_argument("--erasures", type=Path, action="append", default=[])

    def handle(self, **options: Any) -> None:
        become_owner(environment()["DATABASE_OWNER_URL"])
        try:
            with Files(options["archive"]) as files:
                self._restore(files, options)
        except (ArchiveError, restoring.TargetRefused, KekError) as error:
            raise CommandError(str(error)) from None
        except (OSError, psycopg.Error, DatabaseError) as error:
            raise CommandError(making.sentence(error.__cause__ or error, Path(settings.DATA_DIR))) from error

    def _restore(self, files: Files, options: dict[str, Any]) -> None:
        reader = Reader(files, places.provider())
        erased, stands = self._beside(reader, options["erasures"])
        self._clear_way(reader, replace=options["replace"])
        restoring.migrate_to(reader.manifest)
        rows = restoring.fill(reader, {one: at for kind, one, at in erased if kind == "key"}, services.silent)
        installation.forget()
        keyring.forget()
        count = restoring.files(reader, Path(settings.DATA_DIR))
        call_command("prepare_database", verbosity=options["verbosity"], restoring=True)
        again, stood = self._end(reader, erased, stands)
        said = [f"{rows} rows and {count} files are back", f"{again} erasures were done again"]
        said += [f"{kind}s younger than the backup, in force again: {number}" for kind, number in stood.items()]
        said.append(self._proved(reader))
        print("; ".join(said) + ".")

    def _beside(self, reader: Reader, ledgers: list[Path]) -> tuple[set[erasures.Entry], erasures.Facts]:
        """What ledgers, and the database in the way, know to be erased and to stand."""
        installation = reader.header.installation
        found = restoring.known_erasures(installation)
        stands = restoring.known_standing(installation)
        for ledger in ledgers:
            erased, stood = erasures.read_all(ledger, places.provider(), installation)
            found, stands = found | erased, erasures.newest(stands, stood)
        return found, stands

    def _clear_way(self, reader: Reader, *, replace: bool) -> None:
        if restoring.is_newer(reader.manifest):
            raise restoring.TargetRefused(
                f"This backup was made by a later version of the panel ({reader.manifest.version}): install that version"
                " or a newer one, then restore."
            )
        if restoring.is_served():
            raise restoring.TargetRefused("A panel works with this database now: stop it, then restore.")
        if not replace and restoring.holds_something():
            raise restoring.TargetRefused(
                "The database is not empty. `--replace` restores all the same, and destroys what is in it now."
            )
        restoring.clear()

    def _end(
        self, reader: Reader, erased: set[erasures.Entry], stands: erasures.Facts
    ) -> tuple[int, dict[str, int]]:  # fmt: skip
        """One transaction: what stands, then erase again what it does not keep, tell the slices, bump the epoch, journal,
        and take the mark away."""
        at, again = clock.now(), 0
        with transaction.atomic():
            stood = {
                kind: standing.apply([text for (its, _), (_, text) in stands.items() if its == kind], at)
                for kind, standing in registry.standings().items()
            }
            for kind, replay in registry.replays().items():
                again += replay.apply(sorted(one for its, one, _ in erased if its == kind), at)
            for verb in registry.after().values():
                verb(at)
            epochs.bump()
            detail = {**_detail(reader, again), "stood": sum(stood.values())}
            journal.record("ops.backup.restored", actor=actors.console(), detail=detail, at=at)
            restoring.finished(at)
        upkeep.settle(at=at)
        return again, {kind: number for kind, number in stood.items() if number}

    def _proved(self, reader: Reader) -> str:
        """The restored journal continues the very one that was backed up."""
        audit = verification.verify(outside=reader.manifest.journal.get("note"))
        if audit.findings:
            raise CommandError(
                f"The rows are back, but the journal was altered before the backup: {audit.findings[0].sentence}"
                " Run `manage.py journal_verify`."
            )
        return f"the journal is intact, {audit.size} entries"


def _detail(reader: Reader, again: int) -> dict[str, Any]:
    made = datetime.fromisoformat(reader.header.made_at)
    return {
        "backup": str(UUID(str(reader.header.id))),
        "made_at": made.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "version": reader.manifest.version,
        "rows": sum(reader.manifest.tables.values()),
        "erased_again": again,
    }
