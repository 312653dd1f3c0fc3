"""Single items that a request leaves as they are, by a ground of law: an erasure keeps them, a copy leaves them out.

Marked before a second person is asked: the preview's hash counts them, so that both agree on the same.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.requests.models import Exemption, Request
from compliance.requests.queries import reading
from compliance.requests.rules import permits
from compliance.requests.rules.kinds import ERASING, EXEMPTING, PACKED
from compliance.requests.rules.states import State
from compliance.requests.rules.stores import Item, Itemised
from compliance.requests.services import moving, working, writing
from compliance.requests.services.stores import every
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid

PAGE, MOST = 50, 1_000


def itemised() -> list[Itemised]:
    return [one for one in every.every() if isinstance(one, Itemised)]


def listed(row: Request, store: str, after: UUID | None) -> list[Item]:
    """A page of the items of a store, for a proven request."""
    one = _store(store)
    return one.listed(reading.person_of(row), after=after, most=PAGE) if row.subject_id else []


def _store(name: str) -> Itemised:
    found = next((one for one in itemised() if one.name == name), None)
    if found is None:
        raise Invalid(fields={"items": _("This store has no single items.")})
    return found


def exempt(
    *, actor: Actor, request: Request, store: str, items: Iterable[UUID], ground: str, reason: str, at: datetime
) -> int:
    """Leave items as they are; answers how many are new. Only what is this person's counts. Raises Forbidden, Invalid,
    NotPossible."""
    access.require(actor, permits.HANDLE)
    if ground not in EXEMPTING:
        raise Invalid(fields={"ground": _("Choose the ground.")})
    with moving.tried("exempt", actor, request, at), transaction.atomic():
        row = _in_work(request)
        wanted = _theirs(row, store, set(items))
        if not wanted:
            raise Invalid(fields={"items": _("Choose items of this person.")})
        if row.exemptions.count() + len(wanted) > MOST:
            raise Invalid(fields={"items": _("At most %(n)s items. Place a legal hold instead.") % {"n": MOST}})
        known = set(row.exemptions.filter(store=store).values_list("item", flat=True))
        new = [
            Exemption(id=ids.new_id(), request=row, store=store, item=one, ground=ground, at=at, by_id=actor.id)
            for one in sorted(wanted - known)
        ]
        writing.note(actor=actor, row=row, text=working.reason_of(reason), at=at)
        Exemption.objects.bulk_create(new)
        detail = {"store": store, "items": len(new), "ground": ground}
        moving.tell(row, "exempted", actor=actor, at=at, detail=detail, shown=False)
        return len(new)


def include(*, actor: Actor, request: Request, exemption: UUID, at: datetime) -> None:
    """Treat an item as the others again. Again does nothing. Raises Forbidden, NotPossible."""
    access.require(actor, permits.HANDLE)
    with moving.tried("include", actor, request, at), transaction.atomic():
        row = _in_work(request)
        if row.exemptions.filter(id=exemption).delete()[0]:
            moving.tell(row, "included", actor=actor, at=at, shown=False)


def _in_work(request: Request) -> Request:
    row = moving.locked(request.id)
    if row.state != State.WORKING or row.kind not in ERASING | PACKED or row.subject_id is None:
        raise moving.NotPossible(_("Items can be exempt while a copy or an erasure is in work."))
    return row


def _theirs(row: Request, store: str, wanted: set[UUID]) -> set[UUID]:
    """Those of the ids that are items of this person, whatever a form says."""
    return _store(store).among(reading.person_of(row), wanted)
