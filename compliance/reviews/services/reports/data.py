"""The rows of a report, once, in order; everything else is made of them."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from compliance.reviews.models import Campaign, Decision, Evidence, Item
from compliance.reviews.queries import reading
from compliance.reviews.queries.words import Words, facts
from compliance.reviews.rules.populations import stamp
from compliance.reviews.rules.states import Act
from compliance.reviews.rules.tables import Pace
from panel.journal.rules import canonical
from panel.kernel.actors import SYSTEM

CHUNK = 1000


def rows(campaign: Campaign) -> Iterator[dict[str, Any]]:
    said = Words(SYSTEM)
    every = campaign.items.order_by("place", "id").iterator(chunk_size=CHUNK)
    while part := list(islice(every, CHUNK)):
        said.learn(part)
        proofs = _proofs(part)
        for one in part:
            yield _row(one, said, proofs.get(one.id))


def _proofs(part: list[Item]) -> dict[Any, Evidence]:
    """The newest evidence of each."""
    found = Evidence.objects.filter(item__in=[one.id for one in part], act=Act.REVOKE).order_by("id")
    return {one.item_id: one for one in found.defer("kept")}


def _row(one: Item, said: Words, proof: Evidence | None) -> dict[str, Any]:
    frozen = facts(one)
    before = [look["status"] for look in proof.before] if proof else []
    after = [look["status"] for look in proof.after] if proof else []
    still = any(now == 200 and then == 200 for then, now in zip(before, after, strict=True))
    exceptions = [one.exception, "open_another_way" if still and one.state == "revoked" else ""]
    return {
        "place": one.place + 1,
        "kind": one.kind,
        "holder_kind": one.holder_kind,
        "holder_id": str(one.holder_id),
        "holder": said.holder(one),
        "right": said.right(one),
        "object_kind": one.object_kind,
        "object_id": str(one.object_id) if one.object_id else "",
        "object": said.where(one),
        "given_at": frozen["given_at"] or "",
        "given_by": said.giver(one),
        "expires_at": frozen["expires_at"] or "",
        "used_at": frozen["used_at"] or "",
        "flags": list(one.flags),
        "state": one.state,
        "decided_at": stamp(one.decided_at) or "",
        "decided_by": said.decider(one),
        "by_default": one.by_default,
        "reason": reading.opened(one, "reason"),
        "exception": ",".join(filter(None, exceptions)),
        "before": before,
        "after": after,
    }


def paces(campaign: Campaign) -> list[dict[str, Any]]:
    """One line a reviewer, by name."""
    lines: dict[Any, list[tuple[str, int, int | None]]] = {}
    found = Decision.objects.filter(campaign=campaign, by_id__isnull=False).order_by("id")
    for person, batch, size, seconds in found.values_list("by_id", "batch", "size", "seconds"):
        lines.setdefault(person, []).append((str(batch), size, seconds))
    said = Words(SYSTEM)
    said.learn_people(lines)
    made = [
        {"reviewer": said.person(who), "reviewer_id": str(who), **vars(Pace.of(rows))} for who, rows in lines.items()
    ]
    return sorted(made, key=lambda one: (str(one["reviewer"]).casefold(), str(one["reviewer_id"])))


def evidence_lines(campaign: Campaign) -> Iterator[bytes]:
    for one in Evidence.objects.filter(campaign=campaign).defer("kept").order_by("id").iterator(chunk_size=CHUNK):
        yield canonical.encode(
            {
                "item": str(one.item_id), "at": stamp(one.at), "act": one.act, "before": one.before, "after": one.after,
                "also": one.also,
            }
        ) + b"\n"  # fmt: skip


def decision_lines(campaign: Campaign) -> Iterator[bytes]:
    """Every word that was said, in order; who said it is an opaque id here."""
    for one in Decision.objects.filter(campaign=campaign).defer("reason").order_by("id").iterator(chunk_size=CHUNK):
        yield canonical.encode(
            {
                "item": str(one.item_id), "at": stamp(one.at), "act": one.act, "right": one.right, "by_kind": one.by_kind,
                "by": str(one.by_id) if one.by_id else None, "batch": str(one.batch), "size": one.size,
                "seconds": one.seconds,
            }
        ) + b"\n"  # fmt: skip
