"""Idempotency-Key: a create that is sent twice happens once (draft-ietf-httpapi-idempotency-key-header).

The row and the created thing share one transaction: a second request with the same key waits on the unique index until
the first has committed, then gets its answer; when the first was refused, nothing is kept and a retry may succeed.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.errors import Refusal
from panel.ui.models import Created

KEPT_FOR = timedelta(days=1)
PURPOSE = "session:idempotency"
LONGEST = 255


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
    return hashlib.sha256(json.dumps(request.data, sort_keys=True, cls=JSONEncoder).encode()).digest()


def _claim(request: Request, actor: Actor, key: str) -> tuple[Created, bool]:
    match = request._request.resolver_match
    return Created.claim(
        actor_kind=actor.kind,
        actor_id=actor.id,
        route=f"{request.method} {match.route if match else request.path}",
        key_hash=hashlib.sha256(key.encode()).digest(),
        request_hash=_digest(request),
        created_at=clock.now(),
        key_id=keyring.named(PURPOSE),
    )


def _keep(row: Created, response: Response, hidden: Sequence[str]) -> None:
    data = response.data
    if isinstance(data, dict):
        data = {name: None if name in hidden else value for name, value in data.items()}
    row.keep(status=response.status_code, location=response.get("Location", ""), body=json.dumps(data, cls=JSONEncoder))


def _again(row: Created, digest: bytes) -> Response:
    if bytes(row.request_hash) != digest:
        raise KeyReused(_("This Idempotency-Key was used for another request. Make a new key."))
    headers = {"Idempotency-Replayed": "true"}
    if row.location:
        headers["Location"] = row.location
    return Response(json.loads(row.body) if row.body else None, row.status, headers=headers)


def forget() -> int:
    """Delete answers that are older than a day."""
    return Created.forget(before=clock.now() - KEPT_FOR)
