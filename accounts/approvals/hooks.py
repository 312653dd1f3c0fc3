"""What approvals register."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from accounts.access.rules import SIGNED_IN
from accounts.approvals.queries import standing
from accounts.approvals.rules import inbox, kinds
from accounts.approvals.rules.permits import PERMITS
from accounts.approvals.views import cards as front
from accounts.approvals.views import lists
from panel.journal import events
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import objects, privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.outbound.mail import letters
from panel.ui import cards, menu

access.register_permits(*PERMITS)
ledgers.append_only("approvals_decision")

_WORD = NotPersonal("a fixed word of the program")
_HASH = NotPersonal("a hash")
_WHY = "to show what was asked for, by whom and why"
privacy.declare(
    "approvals.Approval",
    {
        **dict.fromkeys(("kind", "object_kind", "asker_kind", "state", "closed_by_kind"), _WORD),
        "barred": NotPersonal("ids of accounts"),
        "digest": _HASH,
        "effect": Personal("asker_id", "employment", _WHY),
        "facts": Personal("asker_id", "employment", _WHY),
        "reason": Personal("asker_id", "employment", _WHY),
        "answer": Personal("asker_id", "employment", "to tell why it was refused"),
    },
)
privacy.declare(
    "approvals.Decision",
    {"digest": _HASH, "note": Personal("person_id", "employment", "to show why somebody approved or refused")},
)
privacy.declare(
    "approvals.Deputy", {"reason": Personal("person_id", "employment", "to show why somebody named a deputy")}
)

for name, title in (
    ("request.asked", _("Approval asked for")),
    ("request.decided", _("Approved or refused by a person")),
    ("request.performed", _("Approved and done")),
    ("request.refused", _("Approval refused")),
    ("request.withdrawn", _("Approval withdrawn")),
    ("request.expired", _("Approval never answered")),
    ("request.overtaken", _("Approval overtaken by a change")),
    ("request.denied", _("Act on an approval not allowed")),
    ("deputy.named", _("Deputy named")),
    ("deputy.ended", _("Deputy ended")),
):
    events.register(f"approvals.{name}", title)

_LINK = "https://panel.example.org/approvals/"
letters.register(
    letters.Letter(
        "approval_asked",
        _("Somebody asks for approval"),
        {
            "who": "Ada Muster", "title": "Reset of a second factor", "reason": "Lost the phone on Friday",
            "until": "4 March 2026, 14:05", "link": _LINK,
        },
    )
)  # fmt: skip
letters.register(
    letters.Letter(
        "approval_closed",
        _("Approval answered"),
        {
            "title": "Reset of a second factor", "state": "Refused", "answer": "Call me first", "who": "Bo Muster",
            "link": _LINK,
        },
    )
)  # fmt: skip

inbox.register(inbox.Source("approvals", items=lists.waiting, count=standing.waiting_count))


def _count(actor: Actor) -> int:
    return inbox.count(actor, clock.now())


menu.register(menu.Item("overview", _("Approvals"), "approvals:inbox", "user-check", SIGNED_IN, order=30, count=_count))
cards.register(cards.Source("approvals", SIGNED_IN, order=5, tasks=front.waiting))


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = standing.visible_to(actor, clock.now()).filter(id__in=list(ids))
    known = kinds.registered()
    return {
        one.id: objects.Card(
            str(known[one.kind].title) if one.kind in known else one.kind, reverse("approvals:approval", args=[one.id])
        )
        for one in found
    }


objects.register(objects.Resolver("approval", "approval", _cards))
