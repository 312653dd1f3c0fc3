"""What an approval says, who said what, and how fast somebody approves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.approvals.models import Approval, Decision
from accounts.approvals.rules import content, kinds
from accounts.approvals.rules.kinds import Shown
from accounts.approvals.rules.states import HOUR, STOP_AT, State, state_at
from accounts.people import queries as people
from panel.kernel.crypto import keyring


def approved_within_hour(person_id: UUID, at: datetime) -> list[datetime]:
    """Instants of a person's approvals, as far back as they matter for their pace."""
    rows = Decision.objects.filter(person_id=person_id, approved=True, decided_at__gt=at - HOUR)
    return list(rows.order_by("-decided_at").values_list("decided_at", flat=True)[:STOP_AT])


@dataclass(frozen=True)
class Reading:
    """An approval opened: its words, its exact text, and what moved since it was asked (title, then, now). None where
    its key is gone."""

    shown: Shown | None
    text: str
    moved: list[tuple[Any, Any, Any]]


def read(row: Approval, *, compare: bool) -> Reading:
    """`compare`: look at the state now, for one that waits. Raises nothing for a destroyed key."""
    kind = kinds.registered().get(row.kind)
    try:
        effect, facts = row.effect, row.facts
    except keyring.KeyGone:
        return Reading(None, "", [])
    text = content.text(row.kind, row.obj, effect, facts)
    if kind is None:
        return Reading(None, text, [])
    changed = content.moved(facts, kind.current(effect)) if compare else {}
    moved = [(kind.facts.get(name, name), before, now) for name, (before, now) in changed.items()]
    return Reading(kind.describe(effect), text, moved)


@dataclass(frozen=True)
class Words:
    """What was typed: "" where its key is gone."""

    reason: str
    answer: str


def has_approved(person_id: UUID | None, row: Approval) -> bool:
    return person_id is not None and row.decisions.filter(person_id=person_id, approved=True).exists()


def words_of(row: Approval) -> Words:
    try:
        return Words(row.reason, row.answer)
    except keyring.KeyGone:
        return Words("", "")


@dataclass(frozen=True)
class Word:
    """One person's decision, with names."""

    row: Decision
    who: str
    lent_by: str
    note: str


def decisions_of(row: Approval) -> list[Word]:
    found = list(row.decisions.order_by("decided_at"))
    names = people.names(one for each in found for one in (each.person_id, each.for_person) if one)
    return [
        Word(
            one,
            names.get(one.person_id, people.GONE),
            names.get(one.for_person, "") if one.for_person else "",
            _note(one),
        )
        for one in found
    ]


def _note(one: Decision) -> str:
    try:
        return str(one.note)
    except keyring.KeyGone:
        return ""


def state_of(row: Approval, at: datetime) -> State:
    return state_at(row.state, row.expires_at, at)
