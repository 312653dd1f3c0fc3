"""Somebody lost their second factor: two administrators give them a link to begin anew (accounts.approvals)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import django_otp
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access.rules import MANAGE_PEOPLE
from accounts.approvals.models import Approval
from accounts.approvals.rules.kinds import Kind, Shown
from accounts.approvals.services import asking
from accounts.people import queries as people
from accounts.people.models import User
from accounts.people.rules import State
from accounts.signin.models import Link
from accounts.signin.rules import LINK_LIFE
from accounts.signin.services import links, notices, sessions
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Missing

NAME = "signin.reset_factors"
LASTS = timedelta(days=3)


class NotToReset(Conflict):
    code = "factors_not_to_reset"


def ask(*, actor: Actor, user: User, reason: str, at: datetime) -> Approval:
    """Ask another administrator to reset somebody's factors. Raises Forbidden, NeedsFreshFactor, Invalid, NotToReset."""
    if user.state != State.ACTIVE or user.kind != "person":
        raise NotToReset(
            _("Only an account that is open has factors to reset. Somebody who has not joined gets a link.")
        )
    if user.id == actor.id:
        raise NotToReset(_("Change your own factors under “Your security”, or ask somebody else for this."))
    return asking.ask(
        actor=actor, kind=NAME, obj=("user", user.id), effect={"person": str(user.id)}, reason=reason, at=at
    )


def _user(effect: Mapping[str, Any]) -> User:
    found = people.user(UUID(effect["person"]))
    if found is None:
        raise Missing(_("There is no such person."))
    return found


def _describe(effect: Mapping[str, Any]) -> Shown:
    user = _user(effect)
    return Shown(
        _("Reset the second factor of %(who)s") % {"who": user.full_name},
        [
            (_("Person"), f"{user.full_name}, {user.email_address or ''}"),
            (_("Ends"), _("Every second factor and recovery code of theirs, and every session.")),
            (_("Begins"), _("A link to that address: password and second factor are set anew, once, within 72 hours.")),
        ],
        warning=_("Whoever reads that mailbox becomes this person. Speak to them first, in another way than by mail."),
    )


def _current(effect: Mapping[str, Any]) -> dict[str, Any]:
    """Who signs in has their factor, and who got a role since is somebody else to reset."""
    user = _user(effect)
    return {
        "state": user.state,
        "roles": sorted(str(role) for role in access.roles_of(user.id)),
        "signed_in": user.last_login.isoformat() if user.last_login else "",
        "address": user.email_index.hex() if user.email_index else "",
    }


def _perform(approval: Approval, at: datetime) -> None:
    reset(actor=approval.actor, user=_user(approval.effect), at=at)


@transaction.atomic
def reset(*, actor: Actor, user: User, at: datetime) -> str:
    """End every factor and session of a person and send them a link; answers its token. The callers asked who may."""
    for device in django_otp.devices_for_user(user, confirmed=None):
        device.delete()
    sessions.end_all(user, at)
    journal.record("signin.factors.reset", actor=actor, obj=user, at=at)
    token = links.make(actor=actor, user=user, kind=Link.Kind.RECOVER, at=at)
    notices.link(actor=actor, user=user, token=token, kind=Link.Kind.RECOVER, life=LINK_LIFE, at=at)
    return token


KIND = Kind(
    NAME,
    gettext_lazy("Reset of a second factor"),
    ask=MANAGE_PEOPLE,
    approve=MANAGE_PEOPLE,
    describe=_describe,
    current=_current,
    perform=_perform,
    lasts=LASTS,
    about=lambda effect: [UUID(effect["person"])],
    facts={
        "state": gettext_lazy("State"),
        "roles": gettext_lazy("Roles"),
        "signed_in": gettext_lazy("Signed in"),
        "address": gettext_lazy("Address (fingerprint)"),
    },
)
