"""What retention registers: permits, events, approvals, menu, settings, its bundle, alarms, cards, privacy."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from accounts.approvals.rules import kinds
from compliance.reports.services import making as reports
from compliance.retention import queries
from compliance.retention.rules import classes, permits
from compliance.retention.services import clockwork, effects, manifest, own, reporting
from compliance.retention.services import demo as story
from compliance.retention.views import signs
from panel.journal import bundles, events
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import alarms, deletion, demo, objects, privacy, settings
from panel.kernel.registries.privacy import NotPersonal
from panel.kernel.registries.settings import Spec
from panel.ui import cards, menu

access.register_permits(*permits.PERMITS)
ledgers.append_only("retention_step")
own.register()
bundles.register(manifest.KIND, _("Manifest of a retention run"))
reports.register(reporting.KIND)
kinds.register(effects.RUN)
kinds.register(effects.SHORTEN)
deletion.register_resume("retention", clockwork.after_release)
demo.register(82, story.build)
menu.register(menu.Item("comply", _("Retention"), "retention:list", "clock", permits.VIEW, order=45))
menu.register_banner(signs.banner)
alarms.register("retention.late", signs.late)
alarms.register("partitions.missing", signs.no_room)
cards.register(cards.Source("retention", permits.VIEW, order=55, tasks=signs.tasks, checks=signs.checks))
cards.register_panel(
    cards.Panel(
        "retention", _("Kept no longer than promised"), "compliance/retention/panel.html", signs.panel, permits.VIEW,
        side=True, order=60,
    )
)  # fmt: skip


def _hour(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 23:
        raise ValueError("Write an hour of the day in UTC, from 0 to 23.")
    return int(text)


settings.register(Spec(queries.FLOORS, _("Least days by category"), {}, classes.parse, "PANEL_RETENTION_FLOORS"))
settings.register(Spec(queries.CEILINGS, _("Most days by category"), {}, classes.parse, "PANEL_RETENTION_CEILINGS"))
settings.register(Spec(queries.HOUR, _("Hour of the daily run (UTC)"), 2, _hour, "PANEL_RETENTION_HOUR"))

for name, title in (
    ("class.made", _("Retention class made")),
    ("class.changed", _("Retention period changed")),
    ("class.chosen", _("Retention class of an assistant chosen")),
    ("run.previewed", _("Retention run previewed")),
    ("run.approved", _("Retention run approved")),
    ("run.begun", _("Retention run begun")),
    ("run.completed", _("Retention run completed")),
    ("run.failed", _("Retention run failed")),
    ("run.stopped", _("Retention run stopped")),
    ("run.resumed", _("Retention run resumed")),
    ("switch.stopped", _("Every job that deletes stopped")),
    ("switch.let_go", _("Jobs that delete let go on")),
):
    events.register(f"retention.{name}", title=title, retention="privacy")

_WORD = NotPersonal("a fixed word of the program")
_NAME = NotPersonal("the name of a class")
_COUNTS = NotPersonal("periods, counts and instants")
privacy.declare("retention.Rule", {"name": _NAME, "category": _WORD})
privacy.declare("retention.Choice", {"category": _WORD})
privacy.declare(
    "retention.Run",
    {
        **dict.fromkeys(("state", "reason", "by_kind"), _WORD),
        **dict.fromkeys(("rules", "preview", "needs"), _COUNTS),
        "problem": NotPersonal("a fixed sentence of the program"),
        "salt": NotPersonal("random bytes"),
        "bundle": NotPersonal("counts, salted hashes, and opaque ids of held records"),
    },
)
privacy.declare(
    "retention.Step",
    {
        **dict.fromkeys(("rule", "store", "unit", "dropped"), _NAME),
        **dict.fromkeys(("root", "leaves"), NotPersonal("salted hashes")),
        "held": NotPersonal("opaque ids of held records and holds"),
    },
)


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    return {
        one.id: objects.Card(f"{one.made_at:%Y-%m-%d %H:%M}", reverse("retention:run", args=[one.id])) for one in found
    }


objects.register(objects.Resolver("retention_run", "Retention run", _cards))
