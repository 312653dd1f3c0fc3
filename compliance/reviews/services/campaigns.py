"""Beginning a campaign, cancelling it, and handing its items to somebody else."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.people import queries as people
from accounts.people.rules import Kind
from accounts.people.rules import State as UserState
from compliance.reviews.models import Campaign, Item, Recurring
from compliance.reviews.queries.populations import holders
from compliance.reviews.rules import populations
from compliance.reviews.rules.permits import MANAGE
from compliance.reviews.rules.scope import Reviewers, Scope
from compliance.reviews.rules.states import LONGEST, MAX_WORDS, Default, Step, campaign_step
from compliance.reviews.rules.states import Campaign as State
from compliance.reviews.services.reviewers import Picker
from panel.journal import services as journal
from panel.kernel import ids, jobs
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Forbidden, Invalid
from panel.kernel.steps import NotListedError

FREEZE = "reviews.freeze"
ROLE = re.compile(r"[a-z0-9_-]{0,80}")


class NotPossible(Conflict):
    code = "review_moved_on"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants reviewed, and how."""

    name: str
    scope: Scope
    reviewers: str
    reviewer: UUID
    second: UUID | None
    default: str

    def fields(self, actor: Actor, at: datetime) -> dict[str, Any]:
        return {
            "name": " ".join(self.name.split())[:120], "scope": self.scope.stored(), "reviewers": self.reviewers,
            "reviewer_id": self.reviewer, "second_id": self.second, "default": self.default,
            "made_by_kind": actor.kind, "made_by_id": actor.id, "made_at": at,
        }  # fmt: skip


def check(wanted: Wanted) -> None:
    """Raises Invalid."""
    wrong = {
        "name": "" if wanted.name.strip() else _("Give the review a name."),
        "kinds": _("There is no such kind of right.")
        if set(wanted.scope.kinds) - set(populations.registered())
        else "",
        "role": "" if ROLE.fullmatch(wanted.scope.role) else _("There is no such role."),
        "reviewers": "" if wanted.reviewers in set(Reviewers) else _("Choose who reviews."),
        "default": "" if wanted.default in set(Default) else _("Choose what happens at the end."),
        "reviewer": "" if _can_review(wanted.reviewer) else _("Choose somebody who can sign in."),
        "second": "" if wanted.second is None or _can_review(wanted.second) else _("Choose somebody who can sign in."),
    }
    if wanted.second is not None and wanted.second == wanted.reviewer:
        wrong["second"] = _("Choose somebody else: they review what is about the first one.")
    if any(wrong.values()):
        raise Invalid(fields={name: sentence for name, sentence in wrong.items() if sentence})


def _can_review(person: UUID) -> bool:
    found = people.user(person)
    return found is not None and found.kind == Kind.PERSON and found.state == UserState.ACTIVE


@transaction.atomic
def begin(*, actor: Actor, wanted: Wanted, due_at: datetime, at: datetime) -> Campaign:
    """Make a campaign; a job freezes its population. Raises Forbidden, NeedsFreshFactor, Invalid."""
    access.require(actor, MANAGE)
    check(wanted)
    if not at + timedelta(hours=1) <= due_at <= at + LONGEST:
        raise Invalid(fields={"due_at": _("Choose a day within the next %(n)s days.") % {"n": LONGEST.days}})
    return make(actor=actor, fields=wanted.fields(actor, at), due_at=due_at, at=at)


def make(
    *, actor: Actor, fields: Mapping[str, Any], due_at: datetime, at: datetime, rule: Recurring | None = None,
    number: int | None = None,
) -> Campaign:  # fmt: skip
    """For a caller that has asked who may."""
    row = Campaign(id=ids.new_id(at), due_at=due_at, rule=rule, number=number, **fields)
    row.state = campaign_step(State.DRAFT, Step.FREEZE)
    row.save(force_insert=True)
    detail = {"scope": row.scope, "due_at": due_at.isoformat(), "default": row.default, "reviewers": row.reviewers}
    if rule is not None:
        detail |= {"rule": str(rule.id), "number": number}
    journal.record("reviews.campaign.begun", actor=actor, obj=row, detail=detail, at=at)
    jobs.start("reviews.freeze", actor=actor, key=str(row.id), once=True, about=row.journal_ref, campaign=row.id)
    return row


@transaction.atomic
def cancel(*, actor: Actor, campaign: Campaign, reason: str, at: datetime) -> Campaign:
    """End it without a result; what was revoked stays so. Again does nothing. Raises Forbidden, Invalid, NotPossible."""
    access.require(actor, MANAGE)
    reason = reason.strip()
    if not 1 <= len(reason) <= MAX_WORDS:
        raise Invalid(fields={"reason": _("Say in at most %(n)s characters why.") % {"n": MAX_WORDS}})
    row = Campaign.objects.select_for_update().get(id=campaign.id)
    if row.state == State.CANCELLED:
        return row
    row.state = moved(row, Step.CANCEL)
    row.closed_at, row.closed_by_kind, row.closed_by_id, row.reason = at, actor.kind, actor.id, reason
    row.save()
    personal = [journal.About(actor.id, {"reason": reason})] if actor.id else []
    journal.record("reviews.campaign.cancelled", actor=actor, obj=row, personal=personal, at=at)
    return row


def moved(row: Campaign, step: Step) -> State:
    """Where a step leads. Raises NotPossible."""
    try:
        return campaign_step(row.state, step)
    except NotListedError as error:
        raise NotPossible(_("This review has moved on. Load its page again.")) from error


def hold_open(campaign_id: UUID) -> Campaign:
    """The campaign, and it stays open until the end of this transaction. Raises NotPossible."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM reviews_campaign WHERE id = %s FOR SHARE", [campaign_id])
        found = cursor.fetchone()
    if found is None or found[0] != State.OPEN:
        raise NotPossible(_("This review is not open."))
    return Campaign.objects.get(id=campaign_id)


@dataclass(frozen=True)
class HandedOn:
    done: int
    left: int
    """Items that this person may not review, because they have the right themselves or chose who reviews it."""


@transaction.atomic
def hand_on(*, actor: Actor, campaign: Campaign, items: Iterable[Item], to: UUID | None, at: datetime) -> HandedOn:
    """Let somebody else review open items: their reviewer does it, or who manages reviews. Without `to` the panel picks an
    administrator (an escalation). Raises Forbidden, Invalid, NotPossible."""
    row = hold_open(campaign.id)
    rows = list(Item.objects.select_for_update().waiting().filter(campaign=row, id__in=[one.id for one in items]))
    if any(one.reviewer_id != actor.id for one in rows):
        access.require(actor, MANAGE)
    if to is not None and not _can_review(to):
        raise Invalid(fields={"to": _("Choose somebody who can sign in.")})
    picker, done = Picker(row, at), 0
    for one in rows:
        behind = holders.behind(one.holder)
        chosen = to if to is not None else picker.administrator(behind)[0]
        if chosen is None or chosen in behind or actor.id in behind:
            continue
        one.reviewer_id, one.escalated, one.exception = chosen, one.escalated or to is None, ""
        one.save(update_fields=["reviewer_id", "escalated", "exception"])
        done += 1
    detail = {"count": done, "to": str(to) if to else "administrator"}
    journal.record("reviews.campaign.handed_on", actor=actor, obj=row, detail=detail, at=at)
    if done == 0 and rows:
        raise Forbidden(_("Nobody reviews their own rights, nor chooses who does."), code="review_not_yours")
    return HandedOn(done, len(rows) - done)
