"""Letters of elevation: to those who must look, and to who asked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts.access.rules import ROLE_NAMES, Role
from accounts.elevation import queries
from accounts.elevation.models import AccessRequest, BrokenGlass
from accounts.elevation.rules import STATE_WORDS, WAITS, State
from accounts.people import queries as people
from panel.kernel.actors import SYSTEM
from panel.outbound import services as outbound

MOST = 30
"""So many people get a letter; everybody has the inbox."""


def _link(name: str, key: UUID) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=[key])}"


def _send(template: str, to: Iterable[UUID], context: Mapping[str, Any], once: str, at: datetime) -> None:
    for person in sorted(to, key=str)[:MOST]:
        outbound.send_mail(
            actor=SYSTEM, template=template, to=person, context=context, at=at, once=f"{once}-{person}"
        )  # fmt: skip


def taken(row: BrokenGlass, at: datetime) -> None:
    context = {
        "who": people.name(row.person_id), "role": ROLE_NAMES[Role(row.role)], "reason": row.reason,
        "until": row.ends_at, "link": _link("elevation:glass", row.id),
    }  # fmt: skip
    _send("emergency_taken", queries.administrators(at) - {row.person_id}, context, f"glass-{row.id}", at)


def review_waits(row: BrokenGlass, at: datetime) -> None:
    context = {
        "who": people.name(row.person_id), "role": ROLE_NAMES[Role(row.role)],
        "link": _link("elevation:glass", row.id),
    }  # fmt: skip
    _send("emergency_review", queries.reviewers(at) - {row.person_id}, context, f"glass-{row.id}-review", at)


def asked(row: AccessRequest, at: datetime) -> None:
    """The same letters as for approvals: they wait in the same inbox."""
    context = {
        "who": people.name(row.person_id), "title": queries.title_of(row), "reason": row.reason,
        "until": row.asked_at + WAITS, "link": _link("elevation:request", row.id),
    }  # fmt: skip
    _send("approval_asked", queries.answerers(row, at), context, f"access-{row.id}", at)


def answered(row: AccessRequest, at: datetime) -> None:
    context = {
        "title": queries.title_of(row), "state": STATE_WORDS[State(row.state)], "answer": row.answer,
        "who": people.name(row.decided_by_id), "link": _link("elevation:request", row.id),
    }  # fmt: skip
    _send("approval_closed", [row.person_id], context, f"access-{row.id}-closed", at)
