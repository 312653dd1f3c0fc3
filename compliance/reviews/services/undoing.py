"""Giving back what a review took: one asks with a reason, another approves, and exactly the old right stands again; keys that
ended with it stay ended."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.approvals.models import Approval
from accounts.approvals.rules.kinds import Kind, Shown
from accounts.approvals.services import asking
from compliance.reviews.models import Evidence, Item
from compliance.reviews.queries import words
from compliance.reviews.queries.populations import holders
from compliance.reviews.rules import populations
from compliance.reviews.rules.permits import DECIDE, REINSTATE
from compliance.reviews.rules.populations import Acting, Gone
from compliance.reviews.rules.states import Act
from compliance.reviews.rules.states import Item as State
from compliance.reviews.services.campaigns import NotPossible, hold_open
from compliance.reviews.services.deciding import Word, settle
from panel.kernel.actors import Actor

NAME = "reviews.reinstate"


def _latest(item: Item) -> Evidence | None:
    return item.evidence.filter(act=Act.REVOKE).order_by("-id").first()


@transaction.atomic
def ask(*, actor: Actor, item: Item, reason: str, at: datetime) -> Approval:
    """Ask that a second person gives it back, while the campaign is open. Raises Forbidden, Invalid, NotPossible."""
    hold_open(item.campaign_id)
    if item.state != State.REVOKED:
        raise NotPossible(_("Only what was revoked can be given back."))
    if populations.known(item.kind).restore is None or _latest(item) is None:
        raise NotPossible(_("Keys and sessions do not come back. Make a new one instead."))
    return asking.ask(actor=actor, kind=NAME, obj=item.journal_ref, effect={"item": str(item.id)}, reason=reason, at=at)


def _item(effect: Mapping[str, Any]) -> Item:
    found: Item = Item.objects.select_related("campaign").get(id=effect["item"])
    return found


def _describe(effect: Mapping[str, Any]) -> Shown:
    item = _item(effect)
    said = words.Words(Actor("system"))
    said.learn([item])
    return Shown(
        title=_("Give back: %(what)s") % {"what": said.right(item)},
        lines=[
            (_("Person or team"), said.holder(item)),
            (_("Where"), said.where(item) or _("Whole organisation")),
            (_("Review"), item.campaign.name),
        ],
        warning=_("The right stands again as it was, with its old end. Keys that ended with it stay ended."),
    )


def _current(effect: Mapping[str, Any]) -> dict[str, Any]:
    item = _item(effect)
    latest = _latest(item)
    return {"state": item.state, "campaign": item.campaign.state, "evidence": str(latest.id) if latest else ""}


def _perform(approval: Approval, at: datetime) -> None:
    """Raises NotPossible, Conflict when they were given the right anew."""
    campaign = hold_open(_item(approval.effect).campaign_id)
    item: Item = Item.objects.select_for_update().get(id=approval.effect["item"])
    line, restore = _latest(item), populations.known(item.kind).restore
    if item.state != State.REVOKED or line is None or restore is None:
        raise NotPossible(_("This was decided in the meantime. Load the page again."))
    acting, kept = Acting(approval.actor, item, "", at), dict(line.kept or {})
    if kept.get("expires_at") and datetime.fromisoformat(kept["expires_at"]) <= at:
        raise NotPossible(_("This right would have ended in the meantime. Give a new one instead."))
    try:
        restore(acting, kept)
    except Gone as error:
        raise NotPossible(_("The person, team or object is no more.")) from error
    settle(campaign, item, acting, Word(Act.REINSTATE))


def _about(effect: Mapping[str, Any]) -> Iterable[UUID]:
    return holders.behind(_item(effect).holder)


def _makers(effect: Mapping[str, Any]) -> Iterable[UUID]:
    """Who revoked it does not approve that it comes back."""
    item = _item(effect)
    return [item.decided_by_id] if item.decided_by_id else []


KIND = Kind(
    NAME, gettext_lazy("Give back what a review took"), ask=DECIDE, approve=REINSTATE, describe=_describe, current=_current,
    perform=_perform, about=_about, makers=_makers,
    facts={
        "state": gettext_lazy("State of the right"),
        "campaign": gettext_lazy("State of the review"),
        "evidence": gettext_lazy("What was taken"),
    },
)  # fmt: skip
