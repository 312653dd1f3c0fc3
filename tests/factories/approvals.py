"""Approvals and deputies as rows, without asking who may."""

from datetime import timedelta

from accounts.approvals.models import Approval, Deputy
from accounts.approvals.rules import content
from accounts.people.models import User
from panel.kernel import clock


def make_approval(asker: User) -> Approval:
    """One that waits: a role for an hour. Its facts are none, so that it counts as overtaken."""
    at, kind = clock.now(), "elevation.role"
    row = Approval(kind=kind, asker_kind="person", asker_id=asker.id, barred=[str(asker.id)], key_id=asker.key_id)
    row.effect = {"person": str(asker.id), "role": "operator", "hours": 1}
    row.facts, row.reason, row.answer = {}, "for the test", ""
    row.digest = content.digest(content.text(kind, None, row.effect, {}))
    row.asked_at, row.expires_at = at, at + timedelta(days=7)
    row.save(force_insert=True)
    return row


def make_deputy(person: User, deputy: User) -> Deputy:
    at = clock.now()
    row = Deputy(person_id=person.id, deputy_id=deputy.id, key_id=person.key_id, reason="for the test")
    row.starts_at, row.ends_at = at, at + timedelta(days=7)
    row.save(force_insert=True)
    return row
