"""`manage.py setup_link`: print where the first administrator is made."""

from typing import Any

from django.core.management.base import BaseCommand

from panel.kernel import clock
from panel.setup.services import links


class Command(BaseCommand):
    help = "Print the set-up link, the same until it is used; print nothing when there is an administrator."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        url = links.link(at=clock.now())
        if url:
            self.stdout.write(f"Open {url}")
