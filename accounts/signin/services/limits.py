"""How long sessions last: settings of the panel, the environment first, read at most every ten seconds."""

from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.signin.rules import SET_LIMITS, Limits
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid
from panel.kernel.registries import settings

IDLE, WHOLE = "sessions.idle_minutes", "sessions.hours"
IDLE_PRIVILEGED, WHOLE_PRIVILEGED = "sessions.privileged_idle_minutes", "sessions.privileged_hours"
NAMES = (IDLE, WHOLE, IDLE_PRIVILEGED, WHOLE_PRIVILEGED)
FRESH_SECONDS = 10.0
_held: list[tuple[float, Limits]] = []


def current() -> Limits:
    """In force here; a change reaches the other processes within ten seconds."""
    if not _held or monotonic() - _held[0][0] > FRESH_SECONDS:
        _held[:] = [(monotonic(), _read())]
    return _held[0][1]


def _read() -> Limits:
    found = settings.values(NAMES)
    return Limits(
        idle=timedelta(minutes=found[IDLE]),
        whole=timedelta(hours=found[WHOLE]),
        idle_privileged=timedelta(minutes=found[IDLE_PRIVILEGED]),
        whole_privileged=timedelta(hours=found[WHOLE_PRIVILEGED]),
    )


def forget() -> None:
    _held.clear()


@transaction.atomic
def change(*, actor: Actor, values: dict[str, str], at: datetime) -> None:
    """Values by name, as text. Raises Forbidden, Invalid, Conflict."""
    access.require(actor, SET_LIMITS)
    changed, before = {}, settings.values(NAMES)
    for name, text in values.items():
        if (after := settings.change(name, text)) != before[name]:
            changed[name.removeprefix("sessions.")] = after
    now = settings.values(NAMES)
    if now[IDLE_PRIVILEGED] > now[IDLE] or now[WHOLE_PRIVILEGED] > now[WHOLE]:
        raise Invalid(_("Privileged roles never get more time than the others."))
    if changed:
        journal.record("signin.limits.changed", actor=actor, detail=changed, at=at)
    transaction.on_commit(forget)
