"""The way back for an administrator who lost everything: from the server's console, and written down."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import Role
from accounts.people import queries as people
from accounts.people import services as people_services
from accounts.people.rules import State
from accounts.signin.models import Link
from accounts.signin.services import links, policies, sessions
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden, Missing

LIFE = timedelta(hours=1)


@transaction.atomic
def recover_administrator(
    *, actor: Actor, email: str, new_name: str, at: datetime, anybody: bool = False, any_factor: bool = False
) -> str:
    """The token of a link (one hour) with which a named administrator sets password and factors anew (`anybody`: or another
    person, where no second administrator could approve it), or with which a new administrator joins. `any_factor` ends the
    rule that roles need a passkey. Only from the console. Raises Forbidden, Missing, AddressTaken."""
    if actor.kind != "console":
        raise Forbidden(_("This is done on the server's console only."))
    if new_name:
        user = people_services.create(full_name=new_name, email=email)
        rights.give_role(actor=actor, user=user, role=Role.ADMINISTRATOR, reason="Made on the server's console", at=at)
        kind = Link.Kind.JOIN
    else:
        found = people.by_email(email)
        if found is None or not (anybody or Role.ADMINISTRATOR in _roles_kept(found.id, at)):
            raise Missing(_("No administrator has this address. Make a new one with --create NAME."))
        user, kind = found, Link.Kind.RECOVER
        if user.state == State.DISABLED:
            user = people_services.step(user, State.ACTIVE)
        sessions.end_all(user, at)
    if any_factor:
        policies.ask_for_any(actor=actor, at=at)
    journal.record("signin.administrator.recovered", actor=actor, obj=user, detail={"new": bool(new_name)}, at=at)
    return links.make(actor=actor, user=user, kind=kind, at=at, life=LIFE)


def _roles_kept(user_id: UUID, at: datetime) -> set[str]:
    """Roles that a person holds, whatever the state of their account."""
    return {one.role for one in access.role_grants(user_id) if one.expires_at is None or one.expires_at > at}
