"""The first run: one link, one administrator."""

import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import Role
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.registries import setup
from panel.setup.models import SetupLink


def _file() -> Path:
    return Path(settings.DATA_DIR) / "run" / "setup_token"


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def needed(at: datetime) -> bool:
    """Whether there is no administrator yet."""
    return not access.holders(Role.ADMINISTRATOR, at)


@transaction.atomic
def link(*, at: datetime) -> str:
    """The URL of the open set-up link, the same until it is used, or "" when there is an administrator."""
    epochs.lock("setup-link")
    if not needed(at):
        _file().unlink(missing_ok=True)
        return ""
    token = _kept()
    if not token or not SetupLink.objects.filter(digest=hashed(token), used_at__isnull=True).exists():
        token = secrets.token_urlsafe(32)
        SetupLink.objects.filter(used_at__isnull=True).update(used_at=at)
        SetupLink.objects.create(digest=hashed(token), stage=setup.steps()[0].name)
        _keep(token)
    return f"{settings.BASE_URL}/setup/{token}/"


def _kept() -> str:
    try:
        return _file().read_text().strip()
    except OSError:
        return ""


def _keep(token: str) -> None:
    """In a 0600 file of the run directory, so that a second start prints the same link; in the database as a hash."""
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token)


class SetupEnrolment:
    """The link at work (see panel.kernel.registries.setup.Enrolment)."""

    kind = "setup"

    def __init__(self, row: SetupLink, at: datetime) -> None:
        self._row, self._at = row, at

    @property
    def link(self) -> UUID:
        return self._row.id

    @property
    def person(self) -> UUID | None:
        return self._row.person

    @property
    def stage(self) -> str:
        return self._row.stage

    def move(self, stage: str, person: UUID | None = None) -> None:
        self._row.stage, self._row.person = stage, person or self._row.person
        self._row.save(update_fields=["stage", "person"])

    def finish(self) -> None:
        """Only now is the person administrator: with password, second factor and recovery codes."""
        if self._row.person is None:
            raise RuntimeError("The set-up has made nobody yet.")
        rights.first_administrator(user_id=self._row.person, at=self._at)
        self._row.used_at = self._at
        self._row.save(update_fields=["used_at"])
        who = self._row.person
        journal.record("setup.administrator.made", actor=Actor("person", who), obj=("user", who), at=self._at)
        transaction.on_commit(lambda: _file().unlink(missing_ok=True))


def find(token: str, at: datetime, *, lock: bool = False) -> SetupEnrolment | None:
    """The open link with this token while there is no administrator, or None."""
    rows = SetupLink.objects.select_for_update() if lock else SetupLink.objects.all()
    row = rows.filter(digest=hashed(token), used_at__isnull=True).first()
    return SetupEnrolment(row, at) if row and needed(at) else None
