"""What legal holds register: their word at the choke point of deletion, permits, events, approvals, menu, privacy."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from accounts.approvals.rules import kinds
from compliance.holds import queries
from compliance.holds.rules import permits
from compliance.holds.services import demo as story
from compliance.holds.services import effects, standing, vetoing
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import backups, deletion, demo, objects, privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.ui import cards, menu

access.register_permits(*permits.PERMITS)
ledgers.append_only("holds_version", "holds_line", "holds_attempt")
deletion.register_veto(vetoing.veto)
deletion.register_witness(vetoing.witness)
backups.register_standing("hold", standing.Holds())
kinds.register(effects.PLACE)
kinds.register(effects.RELEASE)
menu.register(menu.Item("comply", _("Legal holds"), "holds:list", "lock", permits.VIEW, order=50))
demo.register(80, story.build)

for name, title in (
    ("hold.drafted", _("Legal hold over everything asked for")),
    ("hold.placed", _("Legal hold placed")),
    ("hold.widened", _("Legal hold widened")),
    ("hold.discarded", _("Draft of a legal hold discarded")),
    ("release.approved", _("Release of a legal hold approved")),
    ("release.called_off", _("Release of a legal hold called off")),
    ("hold.released", _("Legal hold released")),
    ("hold.brought_back", _("Legal hold in force again after a restore")),
    ("deletion.refused", _("Deletion refused by a legal hold")),
):
    events.register(f"holds.{name}", title=title, retention="privacy")

_WORD = NotPersonal("a fixed word of the program")
_MATTER = Personal("placed_by_id", "employment", "to say for which matter records are kept", erase="keep")
privacy.declare(
    "holds.Hold",
    {
        "reference": NotPersonal("the organisation's short name of a matter"),
        "state": _WORD,
        "title": _MATTER,
        "placed_by_kind": _WORD,
    },
)
privacy.declare(
    "holds.Version",
    {"reason": Personal("by_id", "employment", "to say why records are kept", erase="keep"), "by_kind": _WORD},
)
privacy.declare("holds.Line", {"kind": _WORD})
privacy.declare("holds.Attempt", {"kind": _WORD, "by_kind": _WORD})


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    return {one.id: objects.Card(one.reference, reverse("holds:detail", args=[one.id]), one.reference) for one in found}


objects.register(objects.Resolver("hold", "Legal hold", _cards))


def _checks(_actor: Actor, _at: datetime) -> list[cards.Check]:
    count = queries.in_force()
    told = ngettext("%(n)s hold in force", "%(n)s holds in force", count) % {"n": count}
    return [cards.Check(gettext("Legal holds"), True, told, url=reverse("holds:list"))] if count else []


cards.register(cards.Source("holds", permits.VIEW, order=60, checks=_checks))
