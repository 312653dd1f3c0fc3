"""What asking for rights registers."""

from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from accounts.access.rules import SIGNED_IN
from accounts.approvals.rules import inbox, kinds
from accounts.elevation import rules
from accounts.elevation.services import roles
from accounts.elevation.views import explaining, tasks
from panel.journal import events
from panel.kernel.registries import alarms, privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.outbound.mail import letters
from panel.ui import cards, menu
from panel.ui.ways import tour
from panel.ui.web import errors

_WORD = NotPersonal("a fixed word of the program")
privacy.declare(
    "elevation.AccessRequest",
    {
        "permit": _WORD,
        "object_kind": _WORD,
        "role": _WORD,
        "state": _WORD,
        "decided_by_kind": _WORD,
        "reason": Personal("person", "employment", "to decide whether a right is given"),
        "answer": Personal("person", "employment", "to tell the person why it was not given"),
    },
)

privacy.declare(
    "elevation.Eligible",
    {
        **dict.fromkeys(("role", "named_by_kind"), _WORD),
        "reason": Personal("person", "employment", "to show why somebody may act in an emergency"),
    },
)
privacy.declare(
    "elevation.BrokenGlass",
    {
        "role": _WORD,
        "reason": Personal("person_id", "employment", "to show why a role was taken"),
        "note": Personal("reviewer_id", "employment", "to show what a review found"),
    },
)
access.register_permits(*rules.PERMITS)

events.register("access.request.asked", _("Right asked for"))
events.register("access.request.approved", _("Right given on request"))
events.register("access.request.declined", _("Request for a right declined"))
events.register("access.request.withdrawn", _("Request for a right withdrawn"))
for name, title in (
    ("named", _("Named for emergencies")),
    ("unnamed", _("Named for emergencies no more")),
    ("taken", _("Role taken in an emergency")),
    ("ended", _("Emergency role ended")),
    ("reviewed", _("Emergency reviewed")),
):
    events.register(f"access.emergency.{name}", title)

_LINK = "https://panel.example.org/access/"
letters.register(
    letters.Letter(
        "emergency_taken",
        _("Role taken in an emergency"),
        {
            "who": "Ada Muster", "role": "Administrator", "reason": "Nobody answers and the provider is down",
            "until": "4 March 2026, 14:05", "link": _LINK,
        },
    )
)  # fmt: skip
letters.register(
    letters.Letter(
        "emergency_review",
        _("Review of an emergency"),
        {"who": "Ada Muster", "role": "Administrator", "link": _LINK},
    )
)

kinds.register(roles.KIND)
inbox.register(inbox.Source("elevation.requests", items=tasks.request_items, count=tasks.request_count))
inbox.register(inbox.Source("elevation.reviews", items=tasks.review_items, count=tasks.review_count))
alarms.register("elevation.emergency", tasks.alarm)
menu.register_banner(tasks.banner)
errors.register("forbidden", explaining.answer)
cards.register(cards.Source("elevation", SIGNED_IN, order=6, tasks=tasks.waiting))
menu.register(menu.Item("account", _("Access requests"), "elevation:requests", "user-check", order=20))
tour.register(
    tour.Stop(
        30,
        _("Somebody asks for a right"),
        _("Say yes until a date, or no with a reason. Both are journalled."),
        "elevation:requests",
        permit=SIGNED_IN,
    )
)
