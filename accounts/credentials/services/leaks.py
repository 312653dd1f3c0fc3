"""A key that was seen where it should not be: whose it is, is told to those who may end it; the others only report."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.credentials.engine import tokens
from accounts.credentials.models import ApiKey
from accounts.credentials.queries import keys as queries
from accounts.credentials.rules.life import Kind
from accounts.credentials.rules.permits import END_ANY
from accounts.people.rules import Kind as Person
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid
from panel.outbound import services as outbound

MOST = 50


@dataclass
class Found:
    """`own` may be ended by the actor, `works` are the ids of those that still open something; `reported` counts what is
    somebody else's or unknown: the two look alike, so that nobody learns whose keys exist."""

    own: list[ApiKey] = field(default_factory=list)
    works: set[str] = field(default_factory=set)
    reported: int = 0


def look(*, actor: Actor, text: str, at: datetime) -> Found:
    """Find keys in a text by their checksum, and tell their owners. The text is kept nowhere. Raises Invalid."""
    given = list(dict.fromkeys(tokens.find(text)))
    if not given:
        raise Invalid(
            fields={
                "text": _("There is no key of this panel in this text. One begins with clp_ and ends in a checksum.")
            }
        )
    found = Found()
    for token in given[:MOST]:
        parsed = tokens.parse(token)
        key = queries.find(token, Kind(parsed.kind)) if parsed else None
        if key is not None and (queries.may_use(actor, key) or access.can(actor, END_ANY)):
            if key not in found.own:
                found.own.append(key)
            if queries.opens_anywhere(key, token, at):
                found.works.add(str(key.id))
        else:
            found.reported += 1
            if key is not None:
                _report(actor, key, at)
    return found


@transaction.atomic
def _report(actor: Actor, key: ApiKey, at: datetime) -> None:
    """Once a day for each key and reporter; the owner gets a letter each day that somebody reports."""
    journal.record("credentials.key.leak_reported", actor=actor, obj=key, detail={"key_id": key.key_id}, at=at)
    if key.owner.kind == Person.PERSON and key.owner.is_active:
        link = f"{settings.BASE_URL}/keys/{key.id}/"
        once = f"key-leaked:{key.id}:{at.date().isoformat()}"
        outbound.send_mail(
            actor=actor, template="key_leaked", to=key.owner_id, context={"name": key.name, "link": link}, at=at, once=once
        )  # fmt: skip
