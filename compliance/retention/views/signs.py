"""What retention says elsewhere: the front page, alarms, the banner while deleting is stopped."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import queries as access
from compliance.retention import queries
from compliance.retention.rules import permits
from compliance.retention.services import planning
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.db import partitions
from panel.kernel.registries import deletion
from panel.kernel.registries.alarms import Alarm
from panel.ui.cards import Check, Task
from panel.ui.menu import Banner

DAYS_AHEAD = 3


def banner(actor: Actor) -> Banner | None:
    """On every page of those who may see retention, while deleting is stopped."""
    if actor.kind != "person" or not access.can(actor, permits.VIEW) or not deletion.is_stopped():
        return None
    return Banner(
        _("Every job that deletes is stopped."),
        _("Nothing is deleted, neither by retention nor by erasures, until somebody lets them go on."),
        "redact",
        "octagon-x",
        _("Retention"),
        reverse("retention:list"),
    )


def late() -> Alarm | None:
    found = [one for one in queries.gauges(clock.now()) if one.is_late]
    if not found:
        return None
    names = ", ".join(sorted({one.rule.name for one in found}))
    words = _(
        "Records are older than promised (%(names)s). See whether the retention run waits for approval or failed."
    )
    return Alarm("retention.late", "critical", words % {"names": names})


def no_room() -> Alarm | None:
    if not partitions.missing(clock.now().date(), DAYS_AHEAD):
        return None
    words = _("Within %(n)s days there is no room for records. Start the worker, or run manage.py prepare_database.")
    return Alarm("partitions.missing", "critical", words % {"n": DAYS_AHEAD})


def tasks(actor: Actor, at: datetime) -> list[Task]:  # noqa: ARG001 - the cards' signature
    run = queries.waiting() if access.can(actor, permits.MANAGE) else None
    if run is None:
        return []
    due = planning.total(run, "due")
    return [
        Task(
            ngettext("%(n)s record waits to be deleted", "%(n)s records wait to be deleted", due) % {"n": due},
            _("Its first run, or a large one: two people agree with it."),
            reverse("retention:run", args=[run.id]),
            _("Look at it"),
            "clock",
            30,
        )
    ]


def checks(_actor: Actor, at: datetime) -> list[Check]:
    found = [one for one in queries.gauges(at) if one.is_late]
    sentence = _("Nothing is older than promised") if not found else _("Some records are older than promised")
    return [Check(_("Retention"), not found, sentence, url=reverse("retention:gauges"))]


def panel(_actor: Actor, at: datetime) -> dict[str, Any] | None:
    """The classes that have records, the fullest first."""
    found = sorted((one for one in queries.gauges(at) if one.oldest), key=lambda one: -one.share)
    return {"gauges": found[:5]} if found else None
