"""Requests for a right and emergencies as rows, without asking who may."""

from datetime import timedelta

from accounts.access.rules import Role
from accounts.elevation.models import AccessRequest, BrokenGlass, Eligible
from accounts.people.models import User
from panel.kernel import clock


def make_eligible(person: User, role: Role = Role.ADMINISTRATOR) -> Eligible:
    row = Eligible(person=person, role=role, key_id=person.key_id, named_by_kind="system", named_at=clock.now())
    row.reason = "for the test"
    row.save(force_insert=True)
    return row


def make_glass(person: User, role: Role = Role.OPERATOR) -> BrokenGlass:
    """One that runs; nobody got the role."""
    at = clock.now()
    row = BrokenGlass(person_id=person.id, role=role, hours=1, key_id=person.key_id, started_at=at)
    row.reason, row.ends_at = "for the test", at + timedelta(hours=1)
    row.save(force_insert=True)
    return row


def make_request(person: User) -> AccessRequest:
    row = AccessRequest(person=person, key_id=person.key_id, permit="vault.view_secret", asked_at=clock.now())
    row.reason, row.answer = "for the test", ""
    row.save(force_insert=True)
    return row
