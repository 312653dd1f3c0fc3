"""Verbs of API keys: issue, roll, revoke. The key itself exists in the answer of `issue` and `roll` only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.credentials import queries
from accounts.credentials.engine import tokens
from accounts.credentials.models import ApiKey, ApiKeyAssistant
from accounts.credentials.rules.life import GATEWAY_SCOPES, LONGEST, OVERLAP, Kind, State
from accounts.credentials.rules.permits import END_ANY, ISSUE, ISSUE_MANAGEMENT
from accounts.people.models import User
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Forbidden, Invalid
from panel.kernel.registries import objects


class NotActive(Conflict):
    code = "key_not_active"


@dataclass(frozen=True)
class Issued:
    """`token` is the key, shown once and stored nowhere."""

    key: ApiKey
    token: str

    def __repr__(self) -> str:
        return f"<issued {self.key.key_id}>"


@transaction.atomic
def issue(
    *,
    actor: Actor,
    name: str,
    kind: Kind,
    scopes: Sequence[str],
    assistants: Iterable[UUID],
    expires_at: datetime,
    at: datetime,
) -> Issued:
    """A new key of the actor. Raises Forbidden, NeedsFreshFactor, Invalid."""
    rights.require(actor, ISSUE if kind is Kind.GATEWAY else ISSUE_MANAGEMENT)
    name, chosen = " ".join(name.split()), list(dict.fromkeys(assistants))
    _check(actor, name, kind, scopes, chosen, expires_at, at)
    if actor.id is None:
        raise Forbidden(_("A key belongs to somebody; the console has none."), permit=ISSUE.name)
    key = ApiKey(name=name, kind=kind, scopes=list(dict.fromkeys(scopes)), owner_id=actor.id, expires_at=expires_at)
    return _save(actor, key, chosen, "credentials.key.issued", at)


def _check(
    actor: Actor, name: str, kind: Kind, scopes: Sequence[str], chosen: list[UUID], expires_at: datetime, at: datetime
) -> None:
    wrong: dict[str, str] = {}
    if not name:
        wrong["name"] = _("Give the key the name of the application that uses it.")
    if not at < expires_at <= at + LONGEST:
        wrong["expires_at"] = _("A key lives for at least a day and at most a year.")
    if not scopes:
        wrong["scopes"] = _("Choose what the key may do.")
    if kind is Kind.GATEWAY:
        if set(scopes) - set(GATEWAY_SCOPES):
            wrong["scopes"] = _("A gateway key knows these scopes: %(names)s.") % {"names": ", ".join(GATEWAY_SCOPES)}
        if not chosen:
            wrong["assistants"] = _("Choose at least one assistant.")
        elif set(objects.cards(actor, "assistant", chosen)) != set(chosen):
            wrong["assistants"] = _("One of these assistants does not exist, or you may not see it.")
    elif set(scopes) - queries.own_permits(actor, at):
        wrong["scopes"] = _("A key cannot do more than you.")
    if wrong:
        raise Invalid(fields=wrong)


def _save(actor: Actor, key: ApiKey, assistants: Iterable[UUID], event: str, at: datetime) -> Issued:
    """Draw the token, store its keyed hash, tell the gateway by the epoch."""
    key.key_id, token = tokens.generate(str(key.kind))
    key.digest, key.created_at = tokens.digest(queries.pepper(), token), at
    key.creator_kind, key.creator_id = actor.kind, actor.id
    key.epoch = epochs.bump()
    key.save(force_insert=True)
    ApiKeyAssistant.objects.bulk_create(ApiKeyAssistant(api_key=key, assistant_id=one) for one in assistants)
    detail = {"key_id": key.key_id, "kind": str(key.kind), "expires_at": key.expires_at.isoformat()}
    journal.record(event, actor=actor, obj=key, detail=detail, at=at)
    return Issued(key, token)


@transaction.atomic
def roll(*, actor: Actor, key: ApiKey, at: datetime) -> Issued:
    """A successor with the same rights and the same length of life; the old key works for 24 hours beside it.

    Only for its owner: whoever holds a management key acts as its owner. Raises Forbidden, NeedsFreshFactor, NotActive.
    """
    rights.require(actor, ISSUE if key.kind == Kind.GATEWAY else ISSUE_MANAGEMENT)
    row = ApiKey.objects.select_for_update(of=("self",)).get(id=key.id)
    if row.owner_id != actor.id:
        raise Forbidden(_("Only its owner rolls a key. You can revoke it."), permit=ISSUE.name)
    if row.state(at) is not State.ACTIVE or row.successor_id is not None:
        raise NotActive(_("Only a key that works and was not rolled yet can be rolled."))
    new = ApiKey(
        name=row.name,
        kind=row.kind,
        scopes=row.scopes,
        owner_id=row.owner_id,
        expires_at=at + min(row.expires_at - row.created_at, LONGEST),
    )
    assistants = list(row.assistants.values_list("assistant_id", flat=True))
    issued = _save(actor, new, assistants, "credentials.key.rolled", at)
    row.successor, row.expires_at = issued.key, min(row.expires_at, at + OVERLAP)
    row.epoch = issued.key.epoch
    row.save(update_fields=["successor", "expires_at", "epoch"])
    return issued


def used(*, days: Mapping[UUID, date]) -> None:
    """Remember the last day on which keys were used, as the records of their calls say."""
    for key_id, day in days.items():
        older = Q(last_used_on__isnull=True) | Q(last_used_on__lt=day)
        ApiKey.objects.filter(older, id=key_id).update(last_used_on=day)


def revoke(*, actor: Actor, key: ApiKey, at: datetime) -> list[str]:
    """End a key everywhere: returns when every live gateway worker knows, or after a second; names the silent ones,
    which refuse by themselves. Revoking again does nothing. Raises Forbidden."""
    number = _revoke(actor, key, at)
    return epochs.wait(number) if number else []


@transaction.atomic
def _revoke(actor: Actor, key: ApiKey, at: datetime) -> int:
    row = _own(actor, key)
    if row.revoked_at is not None:
        return 0
    row.revoked_at, row.epoch = at, epochs.bump()
    row.save(update_fields=["revoked_at", "epoch"])
    key.revoked_at = at
    journal.record("credentials.key.revoked", actor=actor, obj=row, detail={"key_id": row.key_id}, at=at)
    return row.epoch


def _own(actor: Actor, key: ApiKey) -> ApiKey:
    """The locked row, if it is the actor's own or they may end anybody's."""
    row = ApiKey.objects.select_for_update(of=("self",)).get(id=key.id)
    if row.owner_id != actor.id or not access.can(actor, ISSUE):
        rights.require(actor, END_ANY)
    return row


def end_of(user: User, at: datetime) -> None:
    """Every key of somebody whose account is disabled ends with it."""
    rows = ApiKey.objects.filter(owner=user, revoked_at__isnull=True)
    if rows.exists():
        rows.update(revoked_at=at, epoch=epochs.bump())
