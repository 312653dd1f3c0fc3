"""What changed between freezing and closing otherwise than by the review."""

from collections.abc import Iterator
from datetime import datetime

from compliance.reviews.models import Campaign, Decision, Item
from compliance.reviews.queries.words import facts
from compliance.reviews.rules.populations import Found, stamp
from compliance.reviews.rules.scope import Scope
from compliance.reviews.rules.states import Act
from compliance.reviews.rules.states import Item as State
from compliance.reviews.services.freezing import collect
from panel.journal.rules import canonical

BY_REVIEW = {State.REVOKED, State.GONE, State.REINSTATED, State.REDUCED}


def lines(campaign: Campaign, at: datetime) -> Iterator[tuple[str, bytes]]:
    """("added" | "ended" | "changed", a canonical line), of rights in scope. A right is the same while its id is; one that the
    review took or found gone and that stands again under its id (a place in a team, an account) was added."""
    now = {one.key: one for one in collect(Scope.of(campaign.scope), at)}
    then = set()
    for item in campaign.items.order_by("place", "id").iterator(chunk_size=2000):
        key = f"{item.kind}:{item.ref}"
        then.add(key)
        found = now.get(key)
        if found is None and (item.state not in BY_REVIEW or item.state == State.GONE):
            yield "ended", _line("ended", item)
        elif found is not None and item.state in {State.REVOKED, State.GONE}:
            yield "added", _line("added", item, found)
        elif found is not None and _moved(item, found):
            yield "changed", _line("changed", item, found)
    reduced = _reduced(campaign)
    for key, found in sorted(now.items()):
        if key not in then and (found.kind, found.holder[1], found.obj, found.right) not in reduced:
            yield "added", canonical.encode({"drift": "added", "right": canonical.decode(found.facts())}) + b"\n"


def _reduced(campaign: Campaign) -> set[object]:
    """Rights that the review itself put in place of greater ones; a greater one given since is none of them."""
    rows = Decision.objects.filter(campaign=campaign, act=Act.REDUCE, item__state=State.REDUCED).select_related("item")
    return {(one.item.kind, one.item.holder_id, one.item.obj, one.right) for one in rows.defer("reason")}


def _moved(item: Item, found: Found) -> bool:
    frozen = facts(item)
    return (frozen["right"], frozen["expires_at"]) != (found.right, stamp(found.expires_at))


def _line(what: str, item: Item, found: Found | None = None) -> bytes:
    told = {"drift": what, "right": facts(item)}
    if found is not None:
        told["now"] = canonical.decode(found.facts())
    return canonical.encode(told) + b"\n"
