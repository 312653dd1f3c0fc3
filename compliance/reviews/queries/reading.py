"""Which reviews somebody may see, how far they are, and what is known of one right."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.access import queries as access
from accounts.access.models import GrantChange
from accounts.access.rules import Change
from compliance.reviews.models import Campaign, Evidence, Item, Recurring, Report
from compliance.reviews.rules.permits import MANAGE, VIEW
from compliance.reviews.rules.states import OPEN_ITEMS
from compliance.reviews.rules.states import Campaign as State
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.crypto.envelope import EnvelopeError


def visible_to(actor: Actor) -> QuerySet[Campaign]:
    """All of them with the right to see all, else those in which somebody reviews."""
    if access.can(actor, VIEW):
        return Campaign.objects.all()
    if actor.id is None:
        return Campaign.objects.none()
    mine = Item.objects.filter(campaign=OuterRef("pk"), reviewer_id=actor.id)
    return Campaign.objects.filter(Exists(mine))


def items(actor: Actor, campaign: Campaign) -> QuerySet[Item]:
    """A reviewer sees what they review, who sees all sees all."""
    rows: QuerySet[Item] = campaign.items.all()
    return rows if access.can(actor, VIEW) else rows.filter(reviewer_id=actor.id)


def item(actor: Actor, item_id: UUID) -> Item | None:
    rows = Item.objects.filter(id=item_id).select_related("campaign")
    if not access.can(actor, VIEW):
        rows = rows.filter(reviewer_id=actor.id)
    return rows.first()


def rights(actor: Actor) -> dict[str, bool]:
    return {"view": access.can(actor, VIEW), "manage": access.can(actor, MANAGE)}


def counts(rows: QuerySet[Item]) -> Counter[str]:
    """How many items are in which state."""
    return Counter(dict(rows.order_by().values_list("state").annotate(n=Count("pk")).values_list("state", "n")))


def open_of(found: Counter[str]) -> int:
    return sum(found[state] for state in OPEN_ITEMS)


def waiting_in(campaigns: list[UUID]) -> dict[UUID, int]:
    """Open items by campaign, for the rows of a page."""
    rows = Item.objects.waiting().filter(campaign__in=campaigns).order_by().values_list("campaign_id")
    return dict(rows.annotate(n=Count("pk")).values_list("campaign_id", "n"))


SHOWN = 100
"""As far as the menu counts: beyond it the exact number tells nobody more."""


def waiting_for(actor: Actor) -> int:
    """Items that wait for this person, in open campaigns: for the menu, one indexed query."""
    if actor.id is None:
        return 0
    rows = Item.objects.waiting().filter(reviewer_id=actor.id, campaign__state=State.OPEN)
    return len(rows.order_by().values_list("pk", flat=True)[:SHOWN])


def next_waiting(actor: Actor, after: Item) -> Item | None:
    """What waits for this person behind that right in the same review, else the first that waits before it."""
    rows = Item.objects.waiting().filter(campaign=after.campaign_id, reviewer_id=actor.id).exclude(pk=after.pk)
    ahead = rows.filter(Q(place__gt=after.place) | Q(place=after.place, pk__gt=after.pk))
    return ahead.order_by("place", "pk").first() or rows.order_by("place", "pk").first()


def reviewing(actor: Actor) -> list[tuple[Campaign, int]]:
    """Open campaigns in which something waits for this person, what ends first first."""
    rows = Campaign.objects.filter(state=State.OPEN, items__reviewer_id=actor.id, items__state__in=list(OPEN_ITEMS))
    found: Any = rows.annotate(mine=Count("items")).order_by("due_at")
    return [(one, one.mine) for one in found]


def peers(one: Item) -> int:
    """How many others have the same right on the same object in this population."""
    same = Item.objects.filter(campaign=one.campaign_id, kind=one.kind, right=one.right, object_id=one.object_id)
    return same.exclude(pk=one.pk).count()


def others_of(one: Item) -> int:
    """How many other rights the same holder has in this population."""
    rows = Item.objects.filter(campaign=one.campaign_id, holder_id=one.holder_id).exclude(pk=one.pk)
    return rows.count()


def reason_given(one: Item) -> str:
    """Why it was given, from the history of rights; "" when nobody knows or the holder's key is destroyed."""
    acts = [Change.GIVEN, Change.CHANGED]
    rows = GrantChange.objects.filter(receiver_id=one.holder_id, act__in=acts, object_id=one.object_id)
    rows = rows.filter(at__lte=one.campaign.frozen_at) if one.campaign.frozen_at else rows
    line = rows.filter(role=one.right).order_by("-id").first()
    return opened(line, "reason") if line else ""


def opened(row: Any, field: str) -> str:
    """A sealed text, "" once its key is destroyed."""
    try:
        return str(getattr(row, field) or "")
    except (keyring.KeyGone, EnvelopeError):
        return ""


def last_review(one: Item) -> Item | None:
    """The same right in the last closed campaign."""
    rows = Item.objects.filter(holder_id=one.holder_id, kind=one.kind, ref=one.ref, campaign__state=State.CLOSED)
    return rows.exclude(campaign=one.campaign_id).select_related("campaign").order_by("-campaign__closed_at").first()


def evidence(one: Item) -> list[Evidence]:
    return list(one.evidence.order_by("id"))


def rules() -> QuerySet[Recurring]:
    return Recurring.objects.all()


def rule(rule_id: UUID) -> Recurring | None:
    return Recurring.objects.filter(id=rule_id).first()


def reports(actor: Actor) -> QuerySet[Report]:
    return Report.objects.defer("sealed") if access.can(actor, VIEW) else Report.objects.none()


def report_of(campaign: Campaign) -> Report | None:
    return Report.objects.defer("sealed").filter(campaign=campaign).first()


def report(actor: Actor, report_id: UUID) -> Report | None:
    return Report.objects.filter(id=report_id).first() if access.can(actor, VIEW) else None


def some_items(actor: Actor, ids: list[UUID]) -> list[Item]:
    rows = Item.objects.filter(id__in=ids).select_related("campaign")
    return list(rows if access.can(actor, VIEW) else rows.filter(reviewer_id=actor.id))
