"""Forms that wait for their sender: after signing in again, or after a fresh factor, the same request goes on.

One row is one request of one person, sealed under their key, for a quarter of an hour, once. Nobody else can carry it on.
Passwords and codes of factors are not kept (the caller leaves them out): they prove presence, and are asked again.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.people.models import User
from accounts.signin.models import Kept
from accounts.signin.rules import KEPT_BYTES, KEPT_COUNT, KEPT_FILE_BYTES, KEPT_LIFE
from panel.kernel import ids
from panel.kernel.crypto import keyring

TABLE, COLUMN = "signin_kept", "sealed"


@dataclass(frozen=True)
class Waiting:
    """`path` with its query; `fields` as they were sent; `what` the act in words; `origin` the page it was sent from;
    `files` are (field, name, kind, base 64)."""

    path: str
    what: str
    origin: str
    fields: dict[str, list[str]]
    files: list[list[str]] = field(default_factory=list)


@transaction.atomic
def keep(*, user: User, waiting: Waiting, at: datetime) -> UUID | None:
    """Keep a request; None when it is too large. The oldest beyond KEPT_COUNT are forgotten. `at` in real time."""
    plain = json.dumps(asdict(waiting)).encode()
    in_files = sum(len(one[3]) for one in waiting.files)
    if len(plain) - in_files > KEPT_BYTES or in_files > KEPT_FILE_BYTES * 4 // 3 + 4:
        return None
    row = Kept(id=ids.new_id(), user=user, expires_at=at + KEPT_LIFE)
    row.sealed = keyring.seal(user.key_id, plain, table=TABLE, column=COLUMN, row=row.id)
    row.save(force_insert=True)
    newest = Kept.objects.filter(user=user).order_by("-id").values_list("id", flat=True)[:KEPT_COUNT]
    Kept.objects.filter(user=user).exclude(id__in=list(newest)).delete()
    return row.id


def waiting(*, user_id: UUID, kept_id: UUID, at: datetime) -> Waiting | None:
    """What waits under this id for this person, left in place."""
    row = Kept.objects.filter(id=kept_id, user_id=user_id, expires_at__gt=at).first()
    return _open(row) if row else None


@transaction.atomic
def take(*, user_id: UUID, kept_id: UUID, path: str, at: datetime) -> Waiting | None:
    """What waits for this person under this id and for this address, once: of two that ask at a time one gets it."""
    rows = Kept.objects.select_for_update().filter(id=kept_id, user_id=user_id, expires_at__gt=at)
    row = rows.first()
    found = _open(row) if row else None
    if row is None or found is None or found.path != path:
        return None
    row.delete()
    return found


def drop(*, user_id: UUID, kept_id: UUID) -> None:
    Kept.objects.filter(id=kept_id, user_id=user_id).delete()


def forget(at: datetime) -> int:
    """Delete what waited too long; returns how many."""
    return Kept.objects.filter(expires_at__lte=at).delete()[0]


def _open(row: Kept) -> Waiting:
    plain = keyring.open_sealed(bytes(row.sealed), table=TABLE, column=COLUMN, row=row.id)
    return Waiting(**json.loads(plain))
