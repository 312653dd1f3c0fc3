"""What the reports register: their permit, their ledger, events, menu, objects, privacy."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from compliance.reports import queries, rules
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import objects, privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.ui import menu

access.register_permits(rules.TAKE)
ledgers.append_only("reports_report")
events.register("reports.report.taken", _("Signed report taken out"), retention="privacy")
menu.register(menu.Item("comply", _("Reports"), "reports:list", "file-check", rules.TAKE, order=12))

_WORD = NotPersonal("a fixed word of the program")
privacy.declare(
    "reports.Report",
    {
        "kind": _WORD,
        "manifest": NotPersonal("a hash"),
        "made_by_kind": _WORD,
        "sealed": Personal(
            "self", "employment", "to prove to an auditor what stood", export="omit", retention="report"
        ),
    },
)


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    return {one.id: objects.Card(queries.title(one.kind), reverse("reports:list")) for one in found}


objects.register(objects.Resolver("report", "Signed report", _cards))
