"""`manage.py recover_admin`: a one-time link for the administrator who lost everything. Console only, journalled."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.signin.services import recovery
from panel.kernel import actors, clock
from panel.kernel.errors import Refusal


class Command(BaseCommand):
    help = "Print a one-time link which resets password and factors of an administrator, or makes a new administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="address of the administrator")
        parser.add_argument("--create", metavar="NAME", default="", help="make a new administrator with this name")
        parser.add_argument("--person", action="store_true", help="also for somebody who is no administrator")
        parser.add_argument("--any-factor", action="store_true", help="no role needs a passkey any more")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            token = recovery.recover_administrator(
                actor=actors.console(),
                email=options["email"],
                new_name=options["create"],
                anybody=options["person"],
                any_factor=options["any_factor"],
                at=clock.now(),
            )
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"Open {settings.BASE_URL}{reverse('signin:join', args=[token])}")
