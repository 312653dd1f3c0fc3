"""What conversations hold of a person: what was said to assistants and answered, as a store of personal data.

Statistics of calls stay under a pseudonym that names nobody, so that bills and charts are the same before and after.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Count, Max, Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.conversations.models import Call, CallContent, Reveal
from assistants.conversations.rules import SEALED_IN
from assistants.providers import models as providers
from compliance.requests.rules.stores import Erased, Held, Item, Outcome, Person, Recipient, because
from panel.kernel.crypto import keyring
from panel.kernel.crypto.keyring import KeyGone
from panel.kernel.models import DataKey
from panel.kernel.registries import deletion
from panel.kernel.registries.deletion import Target

BATCH = 500


def target(row: CallContent) -> Target:
    """A stored call as a hold sees it."""
    return Target("call", row.id, (row.subject,), row.assistant, row.day)


class Contents:
    """What was said, where an assistant stores it."""

    name: str = "conversations"
    title: Any = gettext_lazy("Conversations with assistants")
    purpose: Any = gettext_lazy("to answer for what an assistant said")
    category: str = "content"
    retention: Any = "standard"
    order: int = 10
    counted: bool = True
    of_account: bool = False

    def held(self, person: Person) -> Held:
        rows = CallContent.objects.filter(subject__in=person.subjects)
        found = rows.aggregate(n=Count("id"), oldest=Min("day"))
        oldest = datetime.combine(found["oldest"], datetime.min.time()) if found["oldest"] else None
        exempt = person.exempt.get(self.name, {})
        count, left, holds = 0, 0, dict[UUID, list[deletion.Keep]]()
        for batch in _batches(person):
            kept = _held(batch)
            count += len(kept)
            left += len({row.id for row in batch if row.id in exempt} - {one.id for one in kept})
            holds |= {keep.hold: [keep] for keeps in kept.values() for keep in keeps}
        return Held(found["n"], count, oldest, why=because(holds), exempt=left)

    def listed(self, person: Person, *, after: UUID | None = None, most: int = 50) -> list[Item]:
        rows = CallContent.objects.filter(subject__in=list(person.subjects)).order_by("id")
        found = list((rows.filter(id__gt=after) if after else rows)[:most])
        calls = _calls(found)
        return [
            Item(row.id, calls[row.id].at if row.id in calls else None, calls[row.id].model if row.id in calls else "")
            for row in found
        ]

    def among(self, person: Person, items: set[UUID]) -> set[UUID]:
        rows = CallContent.objects.filter(subject__in=list(person.subjects), id__in=items)
        return set(rows.values_list("id", flat=True))

    def items(self, person: Person) -> Iterator[Mapping[str, Any]]:
        exempt = person.exempt.get(self.name, {})
        for batch in _batches(person):
            keyring.warm(content_keys(subjects=person.subjects)[:BATCH])
            calls = _calls(batch)
            for row in batch:
                said = opened(row)
                if said is not None and row.id not in exempt:
                    yield _told(row, calls.get(row.id), said)

    def samples(self, person: Person) -> Iterator[str]:
        for batch in _batches(person, most=4):
            for row in batch:
                said = opened(row) or {}
                yield from _texts(said.get("request"))
            return

    def erase(self, person: Person, at: datetime) -> Erased:  # noqa: ARG002 - a store's face
        """What no hold keeps; the key of a held item lives on, and with it the rows that it alone can open are gone."""
        exempt = person.exempt.get(self.name, {})
        gone, keys, held, stays = 0, set[UUID](), 0, list[CallContent]()
        for batch in _batches(person):
            kept = {one.id for one in _held(batch)}
            held += len(kept)
            stays += [row for row in batch if row.id in exempt and row.id not in kept]
            for row in batch:
                if row.id in kept or row.id in exempt:
                    keys |= set(content_keys(subjects=[row.subject], assistant=row.assistant))
                    continue
                rows = CallContent.objects.filter(retention=row.retention, day=row.day, id=row.id)
                gone += rows.delete()[0]
                Reveal.objects.filter(call=row.id).delete()
        if held:
            return Erased(Outcome.HELD, gone, held + len(stays), _("Legal hold"), keys=frozenset(keys))
        if stays:
            grounds = "; ".join(sorted({exempt[row.id] for row in stays}))
            until = ", ".join(sorted({row.retention for row in stays}))
            return Erased(Outcome.RETAINED, gone, len(stays), grounds, until, frozenset(keys))
        return Erased(Outcome.ERASED, gone)


def _calls(batch: list[CallContent]) -> dict[UUID, Call]:
    """What is known of these calls beside their content."""
    rows = Call.objects.filter(day__in={row.day for row in batch}, id__in=[row.id for row in batch])
    return {one.id: one for one in rows}


def content_keys(*, subjects: Iterable[UUID], assistant: UUID | None = None) -> list[UUID]:
    """Keys that still open content of these subjects."""
    rows = DataKey.objects.filter(owner__in=list(subjects), purpose="content", destroyed_at__isnull=True)
    return list((rows.filter(second_owner=assistant) if assistant else rows).values_list("id", flat=True))


def _batches(person: Person, *, most: int = BATCH) -> Iterator[list[CallContent]]:
    """By (day, id), so that rows that go meanwhile are not stepped over."""
    rows = CallContent.objects.filter(subject__in=list(person.subjects)).order_by("day", "id")
    last: CallContent | None = None
    while True:
        found = list((rows.filter(day__gte=last.day).exclude(day=last.day, id__lte=last.id) if last else rows)[:most])
        if not found:
            return
        yield found
        last = found[-1]


def _held(batch: list[CallContent]) -> deletion.Kept:
    return deletion.held([target(row) for row in batch])


def opened(row: CallContent) -> dict[str, Any] | None:
    try:
        plain = keyring.open_sealed(bytes(row.sealed), table=SEALED_IN[0], column=SEALED_IN[1], row=row.id)
    except KeyGone:
        return None
    found: dict[str, Any] = orjson.loads(plain)
    return found


def _told(row: CallContent, call: Call | None, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": call.at if call else row.day,
        "assistant": str(row.assistant),
        "model": call.model if call else "",
        "said": "\n".join(_texts(said.get("request"))),
        "answered": "\n".join(_texts(said.get("answer"))),
        "findings": len(call.verdicts) if call else 0,
    }


def _texts(value: Any) -> Iterator[str]:
    """Every text of a message's content, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for name in ("messages", "choices", "message", "delta", "content", "text", "input", "output"):
            yield from _texts(value.get(name))


def recipients(person: Person) -> Iterator[Recipient]:
    """Providers that really were sent something, by the gateway's record: a call that a guard stopped reached nobody."""
    rows = Call.objects.filter(subject__in=list(person.subjects), provider__isnull=False, upstream_status__gt=0)
    groups = rows.order_by().values("provider", "model").annotate(n=Count("id"), first=Min("at"), last=Max("at"))
    known = {one.id: one for one in providers.Provider.objects.all()}
    for one in groups:
        provider = known.get(one["provider"] or UUID(int=0))
        name = provider.legal_entity or provider.name if provider else str(one["provider"])
        what = _("prompts and answers, model %(model)s") % {"model": one["model"]}
        where, contact = (provider.country, str(provider.contact or "")) if provider else ("", "")
        yield Recipient(name, where, what, one["first"], one["last"], one["n"], contact)
