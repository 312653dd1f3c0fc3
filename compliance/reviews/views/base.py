"""What pages about one review share."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import OBJECT_ROLE_NAMES, ROLE_NAMES, Role
from accounts.grants.queries import asking
from accounts.people import queries as people
from compliance.reviews.models import Campaign, Item
from compliance.reviews.queries import reading
from compliance.reviews.queries.words import Words
from compliance.reviews.rules.scope import Scope
from compliance.reviews.services.campaigns import Wanted
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.ui.pages import Page


class OfCampaign(Page):
    """A page about a review that the actor may see; any other is missing."""

    @cached_property
    def campaign(self) -> Campaign:
        found = reading.visible_to(self.actor).filter(id=self.kwargs["campaign_id"]).first()
        if found is None:
            raise Missing(_("There is no such review."))
        return found

    def context(self) -> dict[str, Any]:
        return {"campaign": self.campaign, "may": reading.rights(self.actor), "back": self.back()}

    def back(self) -> str:
        return reverse("reviews:campaign", args=[self.campaign.id])


class OfItem(Page):
    """A page about one right that the actor reviews, or that they may see."""

    @cached_property
    def item(self) -> Item:
        found = reading.item(self.actor, self.kwargs["item_id"])
        if found is None:
            raise Missing(_("There is no such right in a review that you may see."))
        return found

    @cached_property
    def words(self) -> Words:
        said = Words(self.actor)
        said.learn([self.item])
        return said

    def context(self) -> dict[str, Any]:
        return {"item": self.item, "campaign": self.item.campaign, "back": self.back(), "title": self.title()}

    def title(self) -> str:
        said, where = self.words, self.words.where(self.item)
        values = {"who": said.holder(self.item), "right": said.right(self.item), "where": where}
        return (_("%(who)s: %(right)s on %(where)s") if where else _("%(who)s: %(right)s")) % values

    def back(self) -> str:
        return reverse("reviews:campaign", args=[self.item.campaign_id])


def plan_options(actor: Actor) -> dict[str, Any]:
    """Choices of the forms that plan a review."""
    roles = [(role.value, ROLE_NAMES[role]) for role in Role if role is not Role.MEMBER]
    return {
        "people": [(str(one), name) for one, name in people.choices()],
        "teams": [(str(team.id), team.name) for team in people.teams()],
        "places": asking.places(actor, ""),
        "roles": [*roles, *((role.codename, name) for role, name in OBJECT_ROLE_NAMES.items())],
    }


def wanted(given: dict[str, Any]) -> Wanted:
    """The form's answer as the verbs take it."""
    _kind, _colon, obj = given["place"].partition(":")
    scope = Scope(
        tuple(given["kinds"]), UUID(obj) if obj else None, UUID(given["team"]) if given["team"] else None, given["role"]
    )
    second = UUID(given["second"]) if given["second"] else None
    return Wanted(given["name"], scope, given["reviewers"], UUID(given["reviewer"]), second, given["default"])
