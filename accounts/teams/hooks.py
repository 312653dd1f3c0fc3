"""What teams register."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access.rules import SEE_TEAM, SHARE_TEAM
from accounts.grants.queries import kinds
from accounts.people.models import Team
from accounts.teams import queries
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.registries import objects

events.register("people.team.created", _("Team made"))
events.register("people.team.joined", _("Person joined a team"))
events.register("people.team.left", _("Person left a team"))


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    return {one.id: objects.Card(one.name, reverse("teams:team", args=[one.id])) for one in found}


def _choices(actor: Actor) -> list[tuple[UUID, str]]:
    return list(queries.visible_to(actor).order_by("name").values_list("id", "name"))


objects.register(objects.Resolver("team", "Team", _cards, _choices))
kinds.register_grantable(kinds.Grantable("team", queries.find, SHARE_TEAM, queries.in_hand, SEE_TEAM, Team))
