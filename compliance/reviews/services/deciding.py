"""Deciding on one item: by its reviewer, never about oneself; what is revoked ends now, and the same routes are tried before
and after."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.people import queries as people
from compliance.reviews.models import Campaign, Decision, Item
from compliance.reviews.queries.populations import holders
from compliance.reviews.rules import flags, populations
from compliance.reviews.rules.permits import DECIDE
from compliance.reviews.rules.populations import Acting, Gone
from compliance.reviews.rules.states import CHOICES, MAX_WORDS, Act, is_repeat, item_step
from compliance.reviews.rules.states import Item as State
from compliance.reviews.services.acting import do
from compliance.reviews.services.campaigns import NotPossible, hold_open
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden, Invalid
from panel.kernel.steps import NotListedError


class NotYours(Forbidden):
    code = "review_not_yours"


@dataclass(frozen=True)
class Word:
    """One decision: `right` is what `reduce` leaves; `batch` and `size` say what it was decided together with."""

    act: Act
    reason: str = ""
    right: str = ""
    batch: UUID | None = None
    size: int = 1


@transaction.atomic
def decide(*, actor: Actor, item: Item, word: Word, at: datetime) -> Item:
    """Keep, revoke, reduce or flag. The same again does nothing; what is gone already is written down as gone.

    Raises Forbidden, NotYours, Invalid, NotPossible, and what ending it refuses (LastOwner, LastAdministrator).
    """
    access.require(actor, DECIDE)
    campaign = hold_open(item.campaign_id)
    row = Item.objects.select_for_update().get(id=item.id)
    _require_reviewer(actor, row)
    reason = _checked(row, word)
    if is_repeat(row.state, word.act):
        return row
    return settle(campaign, row, Acting(actor, row, reason, at), word)


def settle(campaign: Campaign, row: Item, acting: Acting, word: Word, *, by_default: bool = False) -> Item:
    """Do it and write it down, for a caller that has asked who may and holds the locks."""
    act, actor, at = word.act, acting.by, acting.at
    _require_listed(row, act)
    if act in {Act.REVOKE, Act.REDUCE}:
        try:
            with transaction.atomic():
                do(campaign, row, acting, act, word.right)
        except Gone:
            act = Act.LOSE
    row.state, row.decided_at, row.by_default = item_step(row.state, act), at, by_default
    row.decided_by_kind, row.decided_by_id = actor.kind, actor.id
    person = people.user(actor.id) if actor.id and acting.reason else None
    row.key_id, row.reason = (person.key_id, acting.reason) if person else (None, None)
    row.save()
    _note(campaign, row, acting, word, act, by_default=by_default)
    return row


def _require_reviewer(actor: Actor, row: Item) -> None:
    """Raises NotYours."""
    if actor.id is None or row.reviewer_id != actor.id:
        raise NotYours(_("Somebody else was asked to review this."))
    behind = holders.behind(row.holder)
    if actor.id in behind or any(people.may_be_same(actor.id, one) for one in _persons(row)):
        raise NotYours(_("Nobody reviews their own rights. Hand it on to somebody else."))


def _persons(row: Item) -> list[UUID]:
    return [row.holder_id] if row.holder_kind == "user" else []


def _checked(row: Item, word: Word) -> str:
    """The reason, trimmed. Raises Invalid."""
    reason = word.reason.strip()
    if word.act not in CHOICES:
        raise Invalid(fields={"act": _("Choose one of: keep, revoke, reduce, flag.")})
    if len(reason) > MAX_WORDS:
        raise Invalid(fields={"reason": _("At most %(n)s characters.") % {"n": MAX_WORDS}})
    if word.act is Act.KEEP and not reason and flags.UNUSED & set(row.flags):
        raise Invalid(fields={"reason": _("This right is not used. Say why it is still needed.")})
    if word.act is Act.KEEP and not reason and word.size > 1:
        raise Invalid(fields={"reason": _("Say why all of these are still needed.")})
    if word.act is Act.FLAG and not reason:
        raise Invalid(fields={"reason": _("Say what should be looked at.")})
    if word.act is Act.REDUCE:
        smaller = populations.known(row.kind).smaller
        if smaller is None or word.right not in dict(smaller(row)):
            raise Invalid(fields={"right": _("Choose what they keep; it must be less than what they have.")})
    return reason


def _require_listed(row: Item, act: Act) -> None:
    try:
        item_step(row.state, act)
    except NotListedError as error:
        if row.state == State.REVOKED:
            raise NotPossible(_("This right was revoked. It comes back when a second person approves that.")) from error
        raise NotPossible(_("This was decided in the meantime. Load the page again.")) from error


def _note(campaign: Campaign, row: Item, acting: Acting, word: Word, act: Act, *, by_default: bool) -> None:
    """A line of the ledger, and the journal."""
    actor, at = acting.by, acting.at
    batch = word.batch or ids.new_id(at)
    last = Decision.objects.filter(campaign=campaign, by_id=actor.id).order_by("-id").first() if actor.id else None
    seconds = None if last is None or last.batch == batch else max(0, int((at - last.at).total_seconds()))
    line = Decision(
        id=ids.new_id(at), item=row, campaign=campaign, act=act, right=word.right, by_kind=actor.kind, by_id=actor.id,
        at=at, batch=batch, size=word.size, seconds=seconds, key_id=row.key_id,
    )  # fmt: skip
    line.reason = row.reason
    line.save(force_insert=True)
    detail = {
        "campaign": str(campaign.id), "kind": row.kind, "holder": str(row.holder_id), "right": row.right,
        "default": by_default, "batch": str(batch), "size": word.size,
    }  # fmt: skip
    if row.object_id:
        detail |= {"object_kind": row.object_kind, "object": str(row.object_id)}
    personal = [journal.About(actor.id, {"reason": acting.reason})] if actor.id and acting.reason else []
    journal.record(f"reviews.item.{row.state}", actor=actor, obj=row, detail=detail, personal=personal, at=at)
