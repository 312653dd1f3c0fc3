"""How the ground is, in the words of the front page."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.models import Worker
from panel.kernel.registries import alarms
from panel.ui.cards import Check, Task

_URGENCY = {"critical": 0, "warning": 20, "note": 60}
_TONES = {"critical": "danger", "warning": "warn", "note": ""}


def tasks(_actor: Actor, _at: datetime) -> list[Task]:
    """An alarm that holds is something that needs a person."""
    return [
        Task(
            title=_("Alarm: %(key)s") % {"key": alarm.key},
            sentence=alarm.sentence,
            icon="siren",
            urgency=_URGENCY[alarm.severity],
            tone=_TONES[alarm.severity],
        )
        for alarm in alarms.current()
    ]


def checks(_actor: Actor, at: datetime) -> list[Check]:
    live = Worker.objects.filter(seen_at__gte=at - epochs.LIVE).count()
    answers = ngettext("%(n)s process answers", "%(n)s processes answer", live) % {"n": live}
    return [Check(_("Gateway"), live > 0, answers if live else _("no process answers"))]
