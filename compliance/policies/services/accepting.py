"""Accepting: who on the staff has read what, and what waits for it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.people import queries as people
from compliance.policies import queries
from compliance.policies.models import Acceptance, PolicyVersion
from compliance.policies.rules import permits
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Forbidden


class NotAccepted(Forbidden):
    """A policy that the person has to accept is overdue; privileged acts wait for it."""

    code = "policy_not_accepted"


@transaction.atomic
def accept(*, actor: Actor, version: PolicyVersion, language: str, at: datetime) -> Acceptance:
    """Say that one has read and accepts a version in force. Again does nothing. Raises Forbidden, Conflict."""
    access.require(actor, permits.READ)
    person = people.user(actor.id) if actor.kind == "person" and actor.id else None
    if person is None:
        raise Forbidden(_("Only a person accepts a policy."), permit=permits.READ.name)
    newest = queries.in_force(version.policy, at)
    if newest is None or newest.id != version.id or language not in version.texts:
        raise Conflict(_("Another version is in force by now. Read that one."))
    made, new = Acceptance.objects.get_or_create(
        user=person, version=version, defaults={"language": language, "digest": version.digests[language], "at": at}
    )
    if new:
        detail = {"number": version.number, "digest": made.digest, "language": language}
        journal.record("policies.version.accepted", actor=actor, obj=version.policy, detail=detail, at=at)
    return made


def require_accepted(actor: Actor, at: datetime) -> None:
    """Raise NotAccepted while a policy is overdue for a person. Keys and jobs act for nobody's reading."""
    if actor.kind != "person" or actor.id is None:
        return
    if late := queries.overdue(actor.id, at):
        raise NotAccepted(
            _("Read and accept “%(name)s” first: it was due on %(day)s.")
            % {"name": late[0].policy.name, "day": late[0].due_at.date().isoformat()}
        )
