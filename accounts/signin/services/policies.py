"""What each role asks of second factors: any, or from a day on only what cannot be phished (a passkey or security key).

The day is a grace period: until then people are asked, from then on they add a passkey before anything else. Whoever
cannot yet is never shut out: their session opens, and leads to adding one. Where browsers offer no passkeys (an address
without TLS, or a number) nothing is asked.
"""

import json
from collections.abc import MutableMapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import Role
from accounts.signin import queries
from accounts.signin.rules import BY_PASSKEY, CHANGE_FACTOR_POLICY, POLICY, TOUCH
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid
from panel.kernel.registries import settings


class NoAdministratorCould(Conflict):
    """Nobody could change it back."""

    code = "no_administrator_has_a_passkey"


@transaction.atomic
def change(*, actor: Actor, days: dict[Role, date | None], at: datetime) -> None:
    """From which day each role needs a passkey; None: any second factor. Raises Forbidden, Invalid, Conflict."""
    rights.require(actor, CHANGE_FACTOR_POLICY)
    before, after = queries.factor_policy(), {role: day for role, day in days.items() if day is not None}
    if before == after:
        return
    if set(after) - set(before) and not queries.passkeys_possible():
        raise Conflict(_("Browsers offer no passkeys at this panel's address: it needs a name, and TLS."))
    for role, day in after.items():
        if before.get(role) != day and day < at.date():
            raise Invalid(fields={role.value: _("This day has passed. Choose today or a later one.")})
    if {Role.ADMINISTRATOR, Role.MEMBER} & set(after) and not _an_administrator_has_one(at):
        raise NoAdministratorCould(_("No administrator has a passkey yet. Add one to your own account first."))
    settings.change(queries.FACTOR_POLICY, json.dumps({role.value: day.isoformat() for role, day in after.items()}))
    for role in sorted(set(before) | set(after)):
        _tell(actor, role, before.get(role), after.get(role), at)


def _an_administrator_has_one(at: datetime) -> bool:
    return bool(queries.with_passkey(access.holders(Role.ADMINISTRATOR, at)))


def _tell(actor: Actor, role: Role, before: date | None, after: date | None, at: datetime) -> None:
    if before == after:
        return
    detail = {"role": role.value, "before": before.isoformat() if before else "any", "after": "any"}
    if after:
        detail["after"] = after.isoformat()
    journal.record("signin.policy.changed", actor=actor, detail=detail, at=at)


def ask_for_any(*, actor: Actor, at: datetime) -> bool:
    """From the server's console: every second factor will do for everybody. True when that changed something."""
    before = queries.factor_policy()
    settings.change(queries.FACTOR_POLICY, "{}")
    for role, day in sorted(before.items()):
        _tell(actor, role, day, None, at)
    return bool(before)


def owes_passkey(session: MutableMapping[str, Any], user_id: UUID, at: datetime) -> bool:
    """Whether this session goes no further than to adding or proving a passkey. What the roles ask for is looked up once
    a minute of use and remembered in the session. `at` by the house's clock: the day is a day of the law."""
    if BY_PASSKEY.intersection(session.get("amr", [])):
        return False
    known, now = session.get(POLICY), timezone.now().timestamp()
    if not known or not 0 <= now - known["at"] < TOUCH.total_seconds():
        day = queries.passkey_day(user_id, at)
        known = session[POLICY] = {"at": now, "day": day.isoformat() if day else ""}
    return bool(known["day"]) and known["day"] <= at.date().isoformat() and queries.passkeys_possible()


def read_policy(text: str) -> dict[str, str]:
    """The setting's JSON: role to ISO date. Raises ValueError."""
    found = json.loads(text)
    return {Role(role).value: date.fromisoformat(day).isoformat() for role, day in found.items()}
