"""Merging and splitting by two people: one asks, another approves exactly that (accounts.approvals)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import services as access
from accounts.approvals.models import Approval
from accounts.approvals.rules.kinds import Effect, Kind, Shown
from accounts.approvals.services import asking
from compliance.subjects import queries
from compliance.subjects.models import SubjectIdentifier
from compliance.subjects.rules import APPROVE_GROUP, ASK_GROUP, REVEAL, Proof
from compliance.subjects.services import linking
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid, Missing

MERGE, SPLIT = "subjects.merge", "subjects.split"
LONGEST_REASON = 300


def ask_merge(*, actor: Actor, one: UUID, other: UUID, reason: str, at: datetime) -> Approval:
    """Ask that two people become one. Raises Forbidden, Invalid, AlreadyOne, and what `asking.ask` raises."""
    first, second = sorted((queries.person_of(one), queries.person_of(other)))
    if first == second:
        raise linking.AlreadyOne(_("These are one person already."))
    effect = {"one": str(first), "other": str(second)}
    return asking.ask(actor=actor, kind=MERGE, obj=("subject", first), effect=effect, reason=reason, at=at)


def ask_split(*, actor: Actor, subject: UUID, reason: str, at: datetime) -> Approval:
    """Ask that a subject is taken out of its person. Raises Forbidden, Invalid, AlreadyAlone."""
    if len(queries.together(subject)) == 1:
        raise linking.AlreadyAlone(_("This is a person of its own already."))
    return asking.ask(
        actor=actor, kind=SPLIT, obj=("subject", subject), effect={"subject": str(subject)}, reason=reason, at=at
    )


@transaction.atomic
def reveal(*, actor: Actor, subject: UUID, reason: str, at: datetime) -> list[tuple[SubjectIdentifier, str | None]]:
    """What names a person, opened: an event that the person's history shows. Raises Forbidden, NeedsFreshFactor, Invalid,
    Missing."""
    access.require(actor, REVEAL)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Invalid(fields={"reason": _("Say why, in at most 300 characters.")})
    if queries.subject(subject) is None:
        raise Missing(_("There is no such data subject."))
    about = [journal.About(actor.id, {"reason": reason})] if actor.id else []
    journal.record("subjects.identifier.revealed", actor=actor, obj=("subject", subject), personal=about, at=at)
    rows = [row for one in queries.together(subject) for row in queries.identifiers(one)]
    return [(row, queries.opened(row)) for row in rows]


def _page(subject: str) -> str:
    return reverse("subjects:subject", args=[subject])


def _describe_merge(effect: Effect) -> Shown:
    names = [queries.pseudonym(UUID(effect[key])) for key in ("one", "other")]
    return Shown(
        _("Make %(one)s and %(other)s one person") % {"one": names[0], "other": names[1]},
        [(_("From now on"), _("consents, requests and exports of one are those of both"))],
        warning=_("If they are two people, each sees what the other said."),
        url=_page(effect["one"]),
    )


def _describe_split(effect: Effect) -> Shown:
    name = queries.pseudonym(UUID(effect["subject"]))
    lines = [(_("From now on"), _("it is a person of its own, with the records that were written under its id"))]
    return Shown(_("Take %(name)s out of its person") % {"name": name}, lines, url=_page(effect["subject"]))


def _members(*subjects: UUID) -> Mapping[str, Any]:
    return {"subjects": sorted({str(member) for one in subjects for member in queries.together(one)})}


def _perform_merge(approval: Approval, at: datetime) -> None:
    one, other = UUID(approval.effect["one"]), UUID(approval.effect["other"])
    linking.link(actor=approval.actor, one=one, other=other, proof=Proof.TWO_PEOPLE, at=at)


def _perform_split(approval: Approval, at: datetime) -> None:
    linking.split(actor=approval.actor, subject=UUID(approval.effect["subject"]), at=at)


KINDS = (
    Kind(
        MERGE,
        gettext_lazy("Merge two data subjects"),
        ask=ASK_GROUP,
        approve=APPROVE_GROUP,
        describe=_describe_merge,
        current=lambda effect: _members(UUID(effect["one"]), UUID(effect["other"])),
        perform=_perform_merge,
        facts={"subjects": gettext_lazy("Subjects of these people")},
    ),
    Kind(
        SPLIT,
        gettext_lazy("Split a data subject off"),
        ask=ASK_GROUP,
        approve=APPROVE_GROUP,
        describe=_describe_split,
        current=lambda effect: _members(UUID(effect["subject"])),
        perform=_perform_split,
        facts={"subjects": gettext_lazy("Subjects of this person")},
    ),
)
