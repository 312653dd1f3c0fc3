"""Idempotency-Key: a create that is sent twice happens once (draft-ietf-httpapi-idempotency-key-header).

The row and the created thing share one transaction: a second request with the same key waits on the unique index until
the first has committed, then gets its answer; when the first was refused, nothing is kept and a retry may succeed.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.errors import Refusal
from panel.kernel.ids import new_id
from panel.ui.models import Created

KEPT_FOR = timedelta(days=1)
PURPOSE = "session:idempotency"
LONGEST = 255
_INSERT = """
    INSERT INTO ui_created (id, actor_kind, actor_id, route, key_hash, request_hash, created_at, status, location, key_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, 0, '', %s)
    ON CONFLICT (actor_kind, actor_id, route, key_hash) DO NOTHING
"""


class KeyReused(Refusal):
    status = 422
    code = "idempotency_key_reused"


def once(request: Request, actor: Actor, create: Callable[[], Response], *, hidden: Sequence[str] = ()) -> Response:
    """Run `create` at most once for the request's Idempotency-Key; without the header it just runs.

    `hidden` names fields of the answer that are shown once (a new key): they are null in a repeated answer, which carries
    `Idempotency-Replayed: true`. Raises Refusal for a key that is too long, KeyReused for the same key with another body.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key or actor.id is None:
        return create()
    if len(key) > LONGEST:
        raise Refusal(_("An Idempotency-Key has at most 255 characters."), code="bad_idempotency_key")
    with transaction.atomic():
        row, is_new = _claim(request, actor, key)
        if not is_new:
            return _again(row, _digest(request))
        response = create()
        _keep(row, response, hidden)
        return response


def _digest(request: Request) -> bytes:
    return hashlib.sha256(json.dumps(request.data, sort_keys=True, default=str).encode()).digest()


def _claim(request: Request, actor: Actor, key: str) -> tuple[Created, bool]:
    match = request._request.resolver_match
    route, hashed = f"{request.method} {match.route if match else request.path}", hashlib.sha256(key.encode()).digest()
    own = new_id()
    who = {"actor_kind": actor.kind, "actor_id": str(actor.id), "route": route, "key_hash": hashed}
    values = [own, actor.kind, actor.id, route, hashed, _digest(request), clock.now(), keyring.named(PURPOSE)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
    row = Created.objects.get(**who)
    return row, row.pk == own


def _keep(row: Created, response: Response, hidden: Sequence[str]) -> None:
    data = response.data
    if isinstance(data, dict):
        data = {name: None if name in hidden else value for name, value in data.items()}
    row.status, row.location = response.status_code, response.get("Location", "")
    row.body = json.dumps(data, default=str)
    row.save(update_fields=["status", "location", "body"])


def _again(row: Created, digest: bytes) -> Response:
    if bytes(row.request_hash) != digest:
        raise KeyReused(_("This Idempotency-Key was used for another request. Make a new key."))
    headers = {"Idempotency-Replayed": "true"}
    if row.location:
        headers["Location"] = row.location
    return Response(_body(row), row.status, headers=headers)


def _body(row: Created) -> Any:
    text = row.body
    return json.loads(text) if text else None


def forget() -> int:
    """Delete answers that are older than a day."""
    return Created.objects.filter(created_at__lt=clock.now() - KEPT_FOR).delete()[0]
