"""Where the first run stands."""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse

from accounts.access import queries as access
from panel.kernel.actors import Actor
from panel.kernel.crypto import kek
from panel.kernel.registries import settings, setup
from panel.setup import rules


@dataclass(frozen=True)
class Line:
    """One line of the checklist."""

    title: Any
    sentence: Any
    url: str
    done: bool


def ended() -> bool:
    return bool(settings.value(rules.REACHED) == rules.ENDED)


def reached() -> int:
    """How many first steps were answered."""
    names = [one.name for one in setup.first_steps()]
    name = settings.value(rules.REACHED)
    return len(names) if name == rules.ENDED else names.index(name) if name in names else 0


def checklist(actor: Actor, at: datetime) -> list[Line]:
    """What is worth doing after the set-up, for whoever walks through it; empty when all is done or it was put away."""
    if not access.can(actor, rules.FIRST_STEPS) or settings.value(rules.CHECKLIST) == rules.PUT_AWAY:
        return []
    lines = [_line(chore, actor, at) for chore in setup.chores() if not chore.permit or access.can(actor, chore.permit)]
    return [] if all(line.done for line in lines) else lines


def _line(chore: setup.Chore, actor: Actor, at: datetime) -> Line:
    try:
        url = reverse(chore.url_name)
    except NoReverseMatch:
        url = ""
    return Line(chore.title, chore.sentence, url, chore.done(actor, at))


def keys_kept(_actor: Actor, _at: datetime) -> bool:
    return bool(settings.value(rules.KEYS_KEPT))


def rings() -> list[tuple[str, str, str]]:
    """(ring, variable, address) of each key ring: where it is, never what it is."""
    return [(ring, kek.SETTING[ring], os.environ.get(kek.SETTING[ring], "")) for ring in kek.RINGS]
