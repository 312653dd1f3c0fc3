"""What access registers: its permits, events and declarations."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.access import middleware, queries, rules, services
from panel.journal import events
from panel.kernel import clock
from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.outbound.mail import directory, letters
from panel.ui import menu
from panel.ui.web import errors

privacy.declare(
    "access.RoleGrant",
    {
        "giver_kind": NotPersonal("a fixed word of the program"),
        "reason": Personal("user", "employment", "to show why a right was given"),
    },
)

services.register_permits(
    rules.SIGNED_IN, rules.SEE_PEOPLE, rules.MANAGE_PEOPLE, rules.MANAGE_ROLES, rules.MANAGE_TEAMS
)

events.register("access.role.given", _("Role given"))
events.register("access.role.withdrawn", _("Role withdrawn"))
events.register("access.object.shared", _("Object shared"))
events.register("access.object.unshared", _("Sharing ended"))
events.register("people.user.created", _("Account made"))
events.register("people.user.disabled", _("Account disabled"))
events.register("people.user.enabled", _("Account enabled again"))
events.register("people.team.created", _("Team made"))
events.register("people.team.joined", _("Person joined a team"))
events.register("people.team.left", _("Person left a team"))

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
