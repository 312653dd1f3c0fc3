"""What asking for rights registers."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import SIGNED_IN
from accounts.elevation.views import explaining, tasks
from panel.journal import events
from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.ui import cards, menu
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

events.register("access.request.asked", _("Right asked for"))
events.register("access.request.approved", _("Right given on request"))
events.register("access.request.declined", _("Request for a right declined"))
events.register("access.request.withdrawn", _("Request for a right withdrawn"))

errors.register("forbidden", explaining.answer)
cards.register(cards.Source("elevation", SIGNED_IN, order=6, tasks=tasks.waiting))
menu.register(menu.Item("account", _("Access requests"), "elevation:requests", "user-check", order=20))
