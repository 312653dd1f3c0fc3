"""What access registers: its permits, events and declarations."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.access import middleware, queries, rules, services
from panel.journal import events
from panel.kernel import clock
from panel.kernel.db import ledgers
from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.outbound.mail import directory, letters
from panel.ui import menu
from panel.ui.web import errors

_WORD = NotPersonal("a fixed word of the program")
for model, receiver in (
    ("access.RoleGrant", "user"),
    ("access.CustomRoleGrant", "user"),
    ("access.Guest", "user"),
    ("access.TeamUserGrant", "user"),
    ("access.TeamTeamGrant", "group"),
):
    privacy.declare(
        model, {"giver_kind": _WORD, "reason": Personal(receiver, "employment", "to show why a right was given")}
    )
privacy.declare("access.Guest", {"permits": _WORD})
privacy.declare(
    "access.CustomRole", {"name": NotPersonal("the name of a role"), "purpose": NotPersonal("what a role is for"),
    "permits": _WORD}
)  # fmt: skip
privacy.declare(
    "access.GrantChange",
    {
        "act": _WORD,
        "object_kind": _WORD,
        "receiver_kind": _WORD,
        "role": NotPersonal("the name of a role"),
        "actor_kind": _WORD,
        "reason": Personal("receiver_id", "employment", "to show why a right was given or taken"),
    },
)
ledgers.append_only("access_grantchange")

services.register_permits(*rules.PERMITS)

events.register("access.role.given", _("Role given"))
events.register("access.role.withdrawn", _("Role withdrawn"))
events.register("access.object.shared", _("Object shared"))
events.register("access.object.unshared", _("Sharing ended"))
events.register("people.user.created", _("Account made"))
events.register("people.user.disabled", _("Account disabled"))
events.register("people.user.enabled", _("Account enabled again"))
events.register("access.grant.expired", _("Right ran out"))

_SAMPLE = {
    "giver": "Ada Muster", "title": "Support desk", "role": "Operator", "reason": "Stands in for Bo until May",
    "until": "1 May 2026", "link": "https://panel.example.org/",
}  # fmt: skip


def _wardens() -> list[UUID]:
    """Who hears of alarms."""
    return sorted(queries.holders(rules.Role.ADMINISTRATOR, clock.now()))


letters.register(letters.Letter("access_granted", _("Access given"), _SAMPLE))
directory.register_wardens(_wardens)

menu.register(menu.Item("admin", _("People"), "access:people", "users", rules.SEE_PEOPLE, order=10))
menu.set_judge(queries.may_enter)
menu.set_identity(middleware.identity)
errors.register("fresh_factor_needed", middleware.needs_factor)
