"""Fill a demo database with invented people and traffic, once; write how to sign in to demo.json."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from panel.kernel import installation
from panel.kernel.registries import demo
from panel.ops.services.layout import write_private

ORGANISATION = "Lindqvist Home"


class Command(BaseCommand):
    help = "Build the demo's data. Refuses a database that is not a demo."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--traffic", action="store_true", help="call the running gateway, once, so that traces exist"
        )

    def handle(self, **options: Any) -> None:
        if settings.INSTALLATION_MODE != "demo":
            raise CommandError("Only a demo is filled with invented data: start one with `make demo`.")
        try:
            installation.ensure("demo")
        except RuntimeError as error:
            raise CommandError(str(error)) from None
        target = Path(settings.DATA_DIR) / "demo.json"
        if options["traffic"]:
            _drive(target)
            return
        world = json.loads(target.read_text()) if target.exists() else _built()
        # The port may be another one than at the first start.
        world["base_url"] = settings.BASE_URL
        write_private(target, json.dumps(world, indent=2, default=str) + "\n")
        print(f"Invented people, their passwords and keys: {target}")


def _built() -> dict[str, Any]:
    with transaction.atomic():
        installation.name_organisation(ORGANISATION)
        return dict(demo.build({"base_url": settings.BASE_URL}))


def _drive(target: Path) -> None:
    done = target.with_name("demo-traffic.done")
    if not done.exists():
        demo.drive(json.loads(target.read_text()))
        write_private(done, "")
