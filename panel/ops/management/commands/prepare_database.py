"""Bring the database to this version, as its owner: tables, partitions ahead, and what the application role may do."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from panel.kernel import clock, installation
from panel.kernel.boot import environment
from panel.kernel.crypto import kek, selfcheck
from panel.kernel.db import partitions
from panel.kernel.db.roles import apply_grants
from panel.ops.backups import restoring
from panel.ops.services.embedded import roles
from panel.ops.services.faults import CannotStart
from panel.ops.services.ownership import become_owner

WAIT_SECONDS = 60.0


class Command(BaseCommand):
    help = "Migrate the database as its owner and set what the application role may do. Safe to repeat."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--restoring", action="store_true", help="a restore calls this before it has ended")

    def handle(self, **options: Any) -> None:
        env = environment()
        owner = env.get("DATABASE_OWNER_URL")
        if not owner or not env.get("DATABASE_URL"):
            raise CommandError("Set DATABASE_OWNER_URL and DATABASE_URL, or start the panel with `manage.py up`.")
        self._wait(owner)
        try:
            role = roles.ensure_application_role(owner, env["DATABASE_URL"])
        except (CannotStart, psycopg.Error) as error:
            raise CommandError(str(error)) from None
        become_owner(owner)
        if restoring.is_unfinished() and not options["restoring"]:
            raise CommandError(
                "A restore into this database was broken off: run `manage.py restore … --replace` again."
            )
        call_command("migrate", interactive=False, verbosity=options["verbosity"] - 1)
        today = clock.now().date()
        partitions.ensure(today - timedelta(days=7), today + timedelta(days=partitions.AHEAD_DAYS))
        try:
            installation.ensure(settings.INSTALLATION_MODE)
            selfcheck.run()
        except (RuntimeError, kek.KekError) as error:
            raise CommandError(str(error)) from None
        apply_grants(role)

    def _wait(self, url: str) -> None:
        """The database of a compose file may still be starting."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                psycopg.connect(url, connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if time.monotonic() > end or "authentication" in str(error):
                    raise CommandError(
                        f"The database cannot be reached: {str(error).strip().splitlines()[-1]}"
                    ) from None
                time.sleep(0.5)
            else:
                return
