"""Correcting: what was wrong, set right by two people; where nothing can be changed, the person's statement is kept with it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import services as access
from accounts.approvals.models import Approval
from accounts.approvals.rules.kinds import Kind, Shown
from accounts.approvals.services import asking
from accounts.people import queries as people
from accounts.people import services as accounts
from compliance.requests.models import Request
from compliance.requests.queries import reading
from compliance.requests.rules import permits
from compliance.requests.rules.kinds import Kind as Wish
from compliance.requests.rules.states import Act, State
from compliance.requests.rules.words import FIELDS
from compliance.requests.services import moving, notices, writing
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid

NAME = "requests.correct"


def ask(*, actor: Actor, request: Request, field: str, value: str, reason: str, at: datetime) -> Approval:
    """Ask that a second person approves exactly this correction. Raises Forbidden, Invalid, NotPossible."""
    access.require(actor, permits.HANDLE)
    value = " ".join(value.split()) if field == "full_name" else value.strip()
    with moving.tried("correct", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        if row.kind != Wish.RECTIFICATION or row.subject_id is None:
            raise moving.NotPossible(_("This request corrects nothing."))
        if field not in FIELDS or not 1 <= len(value) <= (accounts.MAX_NAME if field == "full_name" else 2000):
            raise Invalid(fields={"value": _("Write what is right.")})
        if field == "full_name" and not reading.person(row.subject_id).users:
            raise Invalid(fields={"field": _("This person has no account.")})
        effect = {"request": str(row.id), "field": field, "value": value}
        asked = asking.ask(actor=actor, kind=NAME, obj=row.journal_ref, effect=effect, reason=reason, at=at)
        if row.state == State.AWAITING and row.approval_id == asked.id:
            return asked
        row.approval_id = asked.id
        moving.move(row, Act.ASK, actor=actor, at=at, detail={"field": field})
        return asked


def fields(row: Request) -> dict[str, str]:
    """What can be corrected of this person, each with what it says now."""
    users = reading.person(row.subject_id).users if row.subject_id else ()
    now = ", ".join(people.names(users).values())
    return {**({"full_name": now} if users else {}), "statement": ""}


def describe(effect: Mapping[str, Any]) -> Shown:
    row = reading.get(UUID(effect["request"]))
    before = current(effect).get("now", "")
    lines = [(_("Where"), FIELDS[effect["field"]]), (_("Now"), before or "–"), (_("Then"), effect["value"])]
    return Shown(_("Correct a person’s data"), lines, "", f"/requests/{row.id}/" if row else "")


def current(effect: Mapping[str, Any]) -> dict[str, Any]:
    row = reading.get(UUID(effect["request"]))
    users = about(effect) if row is not None else ()
    now = ", ".join(people.names(users).values()) if effect["field"] == "full_name" else ""
    return {"now": now, "waits": row is not None and row.state in {State.WORKING, State.AWAITING}}


def about(effect: Mapping[str, Any]) -> Iterable[UUID]:
    row = reading.get(UUID(effect["request"]))
    return reading.person(row.subject_id).users if row is not None and row.subject_id else ()


def perform(approval: Approval, at: datetime) -> None:
    """In the transaction of the last approval. A withdrawal that came first wins."""
    effect = approval.effect
    row = moving.locked(UUID(effect["request"]))
    if row.state != State.AWAITING or row.approval_id != approval.id:
        raise moving.NotPossible(_("This request does not wait for an approval any more."))
    moving.move(row, Act.APPROVE, actor=approval.actor, at=at)
    if effect["field"] == "full_name":
        for one in about(effect):
            accounts.correct_name(actor=approval.actor, user_id=one, full_name=effect["value"], at=at)
    else:
        writing.keep_statement(row, effect["value"], approval.actor, at)
    moving.move(row, Act.FINISH, actor=approval.actor, at=at, detail={"field": effect["field"]})
    notices.write(row, "done", actor=approval.actor, at=at)


CORRECT = Kind(
    NAME, gettext_lazy("Correct a person’s data"), ask=permits.HANDLE, approve=permits.ERASE, describe=describe,
    current=current, perform=perform, about=about,
    facts={"now": gettext_lazy("What it says now"), "waits": gettext_lazy("The request waits")},
)  # fmt: skip
