"""What roles register."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import queries as access
from accounts.access.rules import SEE_PEOPLE
from accounts.roles import queries
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.registries import objects

events.register("access.custom_role.made", _("Role made"))
events.register("access.custom_role.changed", _("Role changed"))
events.register("access.custom_role.retired", _("Role retired"))


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    if not access.can(actor, SEE_PEOPLE):
        return {}
    found = ((key, queries.find(key)) for key in ids)
    return {key: objects.Card(one.name, reverse("roles:role", args=[key])) for key, one in found if one}


objects.register(objects.Resolver("custom_role", "Role", _cards))
