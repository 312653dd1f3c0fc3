"""Letters: to those who may approve, and to who asked when it is over."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from accounts.approvals.models import Approval
from accounts.approvals.queries import standing
from accounts.approvals.rules import kinds
from accounts.approvals.rules.states import STATE_WORDS, State
from accounts.people import queries as people
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.crypto import keyring
from panel.kernel.installation import organisation
from panel.outbound import services as outbound

MOST = 30
"""So many approvers get a letter; everybody has the inbox."""


def _link(row: Approval) -> str:
    return f"{settings.BASE_URL}{reverse('approvals:approval', args=[row.id])}"


def _who(person: object) -> str:
    return people.name(person) if person else organisation() or "ClawPanel"  # type: ignore[arg-type]


def asked(actor: Actor, row: Approval, at: datetime) -> None:
    context = {
        "who": _who(row.asker_id), "title": kinds.known(row.kind).title, "reason": row.reason,
        "until": row.expires_at, "link": _link(row),
    }  # fmt: skip
    for person in sorted(standing.approvers(row, at), key=str)[:MOST]:
        outbound.send_mail(
            actor=actor, template="approval_asked", to=person, context=context, at=at,
            once=f"approval-{row.id}-{person}", expires_at=row.expires_at,
        )  # fmt: skip


def closed(actor: Actor, row: Approval, at: datetime) -> None:
    """Not to who closed it themselves, nor to somebody whose key was destroyed: they are gone."""
    if row.asker_id is None or row.asker_id == actor.id or row.asker_kind != "person":
        return
    try:
        answer = row.answer
    except keyring.KeyGone:
        return
    kind = kinds.registered().get(row.kind)
    context = {
        "title": kind.title if kind else row.kind, "state": STATE_WORDS[State(row.state)], "answer": answer,
        "who": people.name(actor.id) if actor.id else "", "link": _link(row),
    }  # fmt: skip
    once = f"approval-{row.id}-closed"
    outbound.send_mail(actor=SYSTEM, template="approval_closed", to=row.asker_id, context=context, at=at, once=once)
