"""When, from where and for what a key was used last; written at most once a minute for each key."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.credentials.engine import addresses
from accounts.credentials.models import ApiKey, ApiKeyAssistant
from accounts.credentials.rules.scopes import used_by
from panel.kernel.actors import Actor

PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a key: `network` is the coarse address (/24, /48), "" when unknown."""

    key: UUID
    at: datetime
    network: str = ""
    scope: str = ""
    assistant: UUID | None = None


def used(*, uses: Iterable[Use]) -> None:
    """Remember uses as the records of calls tell them, in any order and more than once."""
    by_key: dict[UUID, list[Use]] = {}
    for use in uses:
        by_key.setdefault(use.key, []).append(use)
    for key_id in sorted(by_key):
        _remember(key_id, by_key[key_id])


@transaction.atomic
def _remember(key_id: UUID, uses: list[Use]) -> None:
    last = max(uses, key=lambda use: use.at)
    _count_assistants(key_id, uses)
    row = ApiKey.objects.select_for_update(of=("self",)).select_related("owner").filter(id=key_id).first()
    if row is None:
        return
    scopes = {use.scope for use in uses if use.scope in row.scopes} - set(row.used_scopes)
    if row.last_used_at and last.at < row.last_used_at + PAUSE and not scopes and last.assistant == row.last_assistant:
        return
    row.used_scopes = sorted({*row.used_scopes, *scopes})
    if row.last_used_at is None or last.at > row.last_used_at:
        row.last_used_at, row.last_used_on = last.at, last.at.date()
        row.last_assistant, row.data_key = last.assistant or row.last_assistant, row.owner.key_id
        row.last_address = last.network or None
    row.save(
        update_fields=["used_scopes", "last_used_at", "last_used_on", "last_assistant", "last_address", "data_key"]
    )


def _count_assistants(key_id: UUID, uses: list[Use]) -> None:
    for assistant in sorted({use.assistant for use in uses if use.assistant is not None}):
        day = max(use.at for use in uses if use.assistant == assistant).date()
        older = Q(last_used_on__isnull=True) | Q(last_used_on__lt=day)
        ApiKeyAssistant.objects.filter(older, api_key=key_id, assistant_id=assistant).update(last_used_on=day)


def entered(actor: Actor, permit: str, address: str, at: datetime) -> None:
    """Somebody came through a door of the panel's API by a key, or by a token of a client."""
    if actor.via is None or actor.via[0] not in {"key", "token"}:
        return
    by = {"id": actor.via[1]} if actor.via[0] == "key" else {"client__accesstoken": actor.via[1]}
    found = ApiKey.objects.filter(**by).values_list("id", "scopes", "used_scopes", "last_used_at").first()
    if found is None:
        return
    key_id, scopes, known, last = found
    opened = used_by(permit, scopes)
    if last is None or last + PAUSE <= at or opened - set(known):
        network = addresses.coarse(address)
        used(uses=[Use(key_id, at, network, scope) for scope in sorted(opened) or [""]])
