"""What the guard registers: permits, events, privacy, its objects."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from assistants.guard import queries
from assistants.guard.engine import covering
from assistants.guard.rules import permits
from compliance.requests.rules import stores
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.registries import objects, privacy, setup
from panel.kernel.registries.privacy import NotPersonal
from panel.ui import menu

access.register_permits(*permits.PERMITS)
menu.register(menu.Item("gateway", _("Guard policies"), "guard:list", "shield-check", permits.VIEW, order=20))
events.register("guard.policy.created", title=_("Guard policy made"), retention="security")
events.register("guard.policy.changed", title=_("Guard policy changed"), retention="security")

privacy.declare(
    "guard.GuardPolicy",
    {
        "name": NotPersonal("names a rule of the organisation, by rule not a person"),
        "preset": NotPersonal("a fixed word of the program"),
        "document": NotPersonal("modes and limits"),
        "version": NotPersonal("a hash"),
    },
)


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    return {policy.id: objects.Card(policy.name, reverse("guard:detail", args=[policy.id])) for policy in found}


objects.register(objects.Resolver("guard_policy", "Guard policy", _cards, lambda _actor: queries.choices()))
setup.register_chore(
    setup.Chore(
        "policy",
        _("Make your first guard policy"),
        _("Start from a preset; say what is blocked, masked or only noted."),
        "guard:new",
        40,
        lambda _actor, _at: queries.own_exists(),
        permits.CHANGE,
    )
)


def _masked(text: str, own: frozenset[str]) -> tuple[str, list[stores.Mask]]:
    """For copies of a person's data: what names others is covered."""
    shown, covers = covering.cover(text, own)
    return shown, [stores.Mask(*one) for one in covers]


stores.register_masker(_masked)
