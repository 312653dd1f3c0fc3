"""Service accounts: programs that hold keys and clients of their own, and for which a person answers."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as rights
from accounts.credentials.queries import programs
from accounts.credentials.rules.permits import ADD_SERVICE, KEEP_SERVICES
from accounts.people import queries as people
from accounts.people import services as persons
from accounts.people.models import Service, User
from accounts.people.rules import Kind, State
from panel.journal import services as journal
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.errors import Forbidden, Invalid


@transaction.atomic
def add(*, actor: Actor, name: str, purpose: str, at: datetime) -> Service:
    """A service account that the actor answers for. It may do nothing until it is given something. Raises Forbidden,
    Invalid, Conflict when the name is taken."""
    rights.require(actor, ADD_SERVICE)
    responsible = people.user(actor.id) if actor.id else None
    user = persons.create_service(name=name, responsible=responsible, purpose=purpose)
    detail = {"name": user.service.name}
    journal.record("credentials.service.added", actor=actor, obj=user, detail=detail, at=at)
    return user.service


@transaction.atomic
def hand_over(*, actor: Actor, service: Service, to: UUID, at: datetime) -> Service:
    """Let somebody else answer for it. Raises Forbidden, Invalid."""
    row = _kept(actor, service)
    person = people.user(to)
    if person is None or person.state != State.ACTIVE or person.kind != Kind.PERSON:
        raise Invalid(fields={"person": _("Choose somebody who can sign in.")})
    row.responsible = person
    row.save(update_fields=["responsible"])
    detail = {"to": str(person.id)}
    journal.record("credentials.service.handed_over", actor=actor, obj=row.user, detail=detail, at=at)
    return row


@transaction.atomic
def close(*, actor: Actor, service: Service, reason: str, at: datetime) -> User:
    """Disable a service account: its keys, clients and tokens end with it, and do not come back. Raises Forbidden."""
    row = _kept(actor, service)
    # Who answers for it may end it without the right to disable people; the leaf beside says who it was.
    user = rights.disable(actor=SYSTEM, user=row.user, reason=reason, at=at)
    journal.record("credentials.service.closed", actor=actor, obj=user, detail={"name": row.name}, at=at)
    return user


def _kept(actor: Actor, service: Service) -> Service:
    """The locked row, if the actor answers for it or keeps everybody's."""
    row = Service.objects.select_for_update(of=("self",)).select_related("user").get(user_id=service.user_id)
    if not programs.answers_for(actor, row):
        if not programs.visible_to(actor).filter(user_id=row.user_id).exists():
            raise Forbidden(_("You do not answer for this service account."), permit=KEEP_SERVICES.name)
        rights.require(actor, KEEP_SERVICES)
    return row
