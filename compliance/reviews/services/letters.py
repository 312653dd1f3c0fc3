"""Letters to reviewers: that a review waits, each reminder once, that it is over."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from compliance.reviews.models import Campaign
from panel.kernel.actors import SYSTEM
from panel.outbound import services as outbound


def _link(campaign: Campaign) -> str:
    return f"{settings.BASE_URL}{reverse('reviews:campaign', args=[campaign.id])}"


def waiting(campaign: Campaign) -> Counter[UUID]:
    """Open items by reviewer."""
    rows = campaign.items.waiting().filter(reviewer_id__isnull=False).order_by()
    return Counter(one for one in rows.values_list("reviewer_id", flat=True) if one)


def _write(campaign: Campaign, step: str, at: datetime) -> int:
    """One letter a reviewer and step; a step that was written before is not written again. Returns to how many."""
    counts = waiting(campaign)
    for reviewer, count in sorted(counts.items(), key=str):
        context = {
            "name": campaign.name, "count": count, "due": campaign.due_at,
            "reminder": step != "open", "link": _link(campaign),
        }  # fmt: skip
        outbound.send_mail(
            actor=SYSTEM, template="review_waits", to=reviewer, context=context, at=at,
            once=f"review-{campaign.id}-{step}-{reviewer}", expires_at=campaign.due_at,
        )  # fmt: skip
    return len(counts)


def opened(campaign: Campaign, at: datetime) -> int:
    return _write(campaign, "open", at)


def reminded(campaign: Campaign, step: str, at: datetime) -> int:
    """`step` is a name of rules.states.REMINDERS; those after an escalation are others."""
    return _write(campaign, f"{step}-again" if campaign.escalated_at else step, at)


def escalated(campaign: Campaign, at: datetime) -> int:
    return _write(campaign, "escalated", at)
