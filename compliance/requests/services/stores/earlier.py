"""What a person asked before: their words and addresses, what was written, and copies that still can be downloaded."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compliance.requests.models import Document, Erasure, Exemption, Request
from compliance.requests.queries import reading
from compliance.requests.rules.kinds import ERASING, STAFF_NAMES, Kind
from compliance.requests.rules.states import OPEN, STEPS, Act, State
from compliance.requests.rules.stores import Erased, Held, Item, Outcome, Person, because
from compliance.requests.services import moving
from compliance.requests.services.copies import packing
from compliance.subjects import queries as subjects
from compliance.subjects import rules as naming
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto import keyring
from panel.kernel.models import DataKey
from panel.kernel.registries import deletion
from panel.kernel.registries.deletion import Target

LINKABLE = [before.value for before, act in STEPS if act is Act.LINK]


class Requests:
    """All requests but the erasure itself. Rows stay, under the pseudonym, to prove that they were answered; the key of each
    is destroyed. What waits for an answer is answered by the erasure."""

    name: str = "requests"
    title: Any = _("Earlier requests, and copies made for them")
    purpose: Any = _("to answer a request and to prove that it was answered")
    category: str = "request"
    retention: Any = "request"
    order: int = 70
    counted: bool = True
    of_account: bool = False

    def held(self, person: Person) -> Held:
        found = _alive(_of(person))
        kept = _kept(found, person)
        exempt = {one.id for one in found if one.id in person.exempt.get(self.name, {})} - {one.id for one in kept}
        oldest = min((one.received_at for one in found), default=None)
        return Held(len(found), len(kept), oldest, why=because(kept), exempt=len(exempt))

    def listed(self, person: Person, *, after: UUID | None = None, most: int = 50) -> list[Item]:
        """What is still being answered is no item yet."""
        found = [one for one in _alive(_of(person)) if one.state not in OPEN and (after is None or one.id > after)]
        return [Item(one.id, one.received_at, f"{STAFF_NAMES[Kind(one.kind)]} {one.code}") for one in found[:most]]

    def among(self, person: Person, items: set[UUID]) -> set[UUID]:
        return {one.id for one in _alive(_of(person)) if one.id in items and one.state not in OPEN}

    def items(self, person: Person) -> Iterator[Mapping[str, Any]]:
        for row in _of(person):
            if row.id in person.exempt.get(self.name, {}):
                continue
            said = [text for _one, text in reading.messages(row, notes=False)]
            yield {
                "code": row.code, "at": row.received_at, "state": row.state, "words": reading.opened(row, "words"),
                "contact": reading.opened(row, "contact"), "messages": "\n\n".join(said),
            }  # fmt: skip

    def samples(self, person: Person) -> Iterator[str]:
        for row in _of(person)[-2:]:
            yield reading.opened(row, "words")

    def erase(self, person: Person, at: datetime) -> Erased:
        gone = left = 0
        found = _alive(_of(person))
        held = {one.id for one in _kept(found, person)}
        grounds = person.exempt.get(self.name, {})
        stays = {one.id for one in found if one.id in grounds} - held
        for row in found:
            if row.id in held | stays:
                continue
            if row.state in LINKABLE:
                moving.move(moving.locked(row.id), Act.LINK, actor=SYSTEM, at=at, detail={"with": "erasure"})
            elif row.state in OPEN - {State.RECEIVED, State.VERIFYING}:
                left += 1
                continue
            gone += forget(row, at)
        if held:
            return Erased(Outcome.HELD, gone, len(held) + left, str(_("Legal hold")))
        if stays:
            why = "; ".join(sorted({grounds[one] for one in stays}))
            return Erased(Outcome.RETAINED, gone, len(stays) + left, why, str(self.retention))
        if left:
            return Erased(Outcome.RETAINED, gone, left, str(_("It is being answered")), str(_("its answer")))
        return Erased(Outcome.ERASED, gone)


def _of(person: Person) -> list[Request]:
    """Also what came from an address of theirs and was never proven."""
    indexes = [subjects.index_of(naming.Kind.EMAIL, one) for one in person.emails]
    mine = Q(subject__in=list(person.subjects)) | Q(subject__isnull=True, contact_index__in=indexes)
    rows = Request.objects.filter(mine).order_by("id")
    return list(rows.exclude(Q(kind__in=list(ERASING), state__in=[one.value for one in OPEN])))


def _kept(rows: Iterable[Request], person: Person) -> deletion.Kept:
    return deletion.held([Target("request", one.id, person.subjects) for one in rows])


def _alive(rows: Iterable[Request]) -> list[Request]:
    """Those that still can be opened."""
    found = {one.key_id: one for one in rows}
    alive = DataKey.objects.filter(id__in=list(found), wrapped__isnull=False).values_list("id", flat=True)
    return [found[one] for one in sorted(alive, key=lambda key: found[key].id)]


def forget(row: Request, at: datetime) -> int:
    for package in row.packages.filter(gone_at__isnull=True):
        packing.destroy(package, at)
    Request.objects.filter(id=row.id).update(contact_index=None)
    Document.objects.filter(request=row).delete()
    return int(keyring.destroy(owner=row.id) > 0)


def sweep(*, at: datetime) -> int:
    """What was still being answered while its person was erased goes when it is answered."""
    gone = Erasure.objects.filter(scope="subject").values("of")
    left = Exemption.objects.filter(store="requests", request__subject__in=gone).values("item")
    rows = Request.objects.filter(subject__in=gone).exclude(state__in=[one.value for one in OPEN]).exclude(id__in=left)
    return sum(forget(one, at) for one in _alive(rows))
