"""What invitations register."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import MANAGE_PEOPLE
from accounts.people import queries as people
from panel.journal import events
from panel.kernel.registries import privacy, setup
from panel.kernel.registries.privacy import NotPersonal

_WORD = NotPersonal("a fixed word of the program")
privacy.declare(
    "invitations.Invitation", {"role": NotPersonal("the name of a role"), "inviter_kind": _WORD}
)  # fmt: skip

events.register("access.guest.admitted", _("Guest admitted"))
events.register("access.guest.changed", _("Scope or end of a guest changed"))
events.register("people.import.done", _("People invited from a file"))

setup.register_chore(
    setup.Chore(
        "people",
        _("Invite somebody"),
        _("A second administrator can help when you lose your factors."),
        "invitations:new",
        10,
        lambda _actor, _at: people.everybody()[:2].count() > 1,
        MANAGE_PEOPLE,
    )
)
