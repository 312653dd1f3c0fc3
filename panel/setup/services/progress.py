"""How far the first run went, and the checklist that follows it."""

from datetime import datetime

from django.db import transaction

from accounts.access import services as access
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.registries import settings
from panel.setup import rules


@transaction.atomic
def reach(*, actor: Actor, step: str) -> None:
    """The step to resume at, in whichever browser. A finished wizard stays finished."""
    access.require(actor, rules.FIRST_STEPS)
    if settings.value(rules.REACHED) != rules.ENDED:
        settings.change(rules.REACHED, step)


@transaction.atomic
def end(*, actor: Actor, at: datetime) -> None:
    """The wizard is gone. Repeating it does nothing."""
    access.require(actor, rules.FIRST_STEPS)
    if settings.value(rules.REACHED) != rules.ENDED:
        settings.change(rules.REACHED, rules.ENDED)
        journal.record("setup.wizard.ended", actor=actor, at=at)


@transaction.atomic
def put_away(*, actor: Actor, at: datetime) -> None:
    """The checklist leaves the front page, for everybody."""
    access.require(actor, rules.FIRST_STEPS)
    if settings.value(rules.CHECKLIST) != rules.PUT_AWAY:
        settings.change(rules.CHECKLIST, rules.PUT_AWAY)
        journal.record("setup.checklist.put_away", actor=actor, at=at)


@transaction.atomic
def keep_keys(*, actor: Actor, at: datetime) -> None:
    """Somebody says that a copy of the key-encryption keys is stored elsewhere."""
    access.require(actor, rules.KEEP_KEYS)
    settings.change(rules.KEYS_KEPT, at.isoformat())
    journal.record("setup.keys.kept", actor=actor, at=at)
