"""Roles taken in an emergency: taking one, who may, what was done, and the review."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.rules import MANAGE_ROLES, ROLE_NAMES, SIGNED_IN, Role, door
from accounts.elevation import forms, queries
from accounts.elevation.models import BrokenGlass
from accounts.elevation.rules import BREAK_GLASS, GLASS_WORDS, REVIEW, Glass
from accounts.elevation.services import glass
from accounts.elevation.views.tabs import tabs
from accounts.people import queries as people
from panel.journal import events
from panel.journal import queries as journal
from panel.kernel.errors import Missing
from panel.ui.pages import Act, FormPage, Page

NEWEST, LEAVES = 100, 50
DOTS = {Glass.RUNNING: "stopped", Glass.ENDED: "paused", Glass.REVIEWED: "active"}


@door(SIGNED_IN, post=BREAK_GLASS)
class Emergencies(FormPage):
    """The list, and for those who were named the form that takes a role."""

    form_class = forms.Take
    template_name = "accounts/elevation/emergencies.html"

    def form_options(self) -> dict[str, Any]:
        return {"roles": [(role.value, ROLE_NAMES[role]) for role in queries.eligible_roles(self.actor.id)]}

    def context(self) -> dict[str, Any]:
        rows = list(queries.glass_visible_to(self.actor).order_by("-started_at")[:NEWEST])
        named = queries.eligibles() if access.can(self.actor, MANAGE_ROLES) else []
        names = people.names([row.person_id for row in rows] + [one.person_id for one in named])
        states = [(row, queries.glass_state(row, self.at)) for row in rows]
        return {
            "tabs": tabs("emergencies"),
            "rows": [(row, ROLE_NAMES[Role(row.role)], DOTS[state], GLASS_WORDS[state]) for row, state in states],
            "names": names,
            "eligible": self.form_options()["roles"],
            "may_name": access.can(self.actor, MANAGE_ROLES),
            "named": [(one, ROLE_NAMES[Role(one.role)]) for one in named],
        }

    def perform(self, form: forms.Take) -> str:
        given = form.cleaned_data
        row = glass.take(actor=self.actor, role=given["role"], hours=given["hours"], reason=given["reason"], at=self.at)
        self.tell(_("You have the role now. Every administrator was told, and somebody reviews what you do."))
        return reverse("elevation:glass", args=[row.id])


@door(MANAGE_ROLES)
class Naming(FormPage):
    form_class = forms.Name
    template_name = "accounts/elevation/naming.html"

    def form_options(self) -> dict[str, Any]:
        return {"people": [(str(key), name) for key, name in people.choices() if key != self.actor.id]}

    def perform(self, form: forms.Name) -> str:
        given = form.cleaned_data
        user = people.user(UUID(given["person"]))
        if user is None:
            raise Missing(_("There is no such person."))
        glass.name(actor=self.actor, user=user, role=Role(given["role"]), reason=given["reason"], at=self.at)
        self.tell(_("Named. They can take this role in an emergency."))
        return reverse("elevation:emergencies")


@door(MANAGE_ROLES)
class Unnaming(Act):
    def back(self) -> str:
        return reverse("elevation:emergencies")

    def perform(self) -> str:
        found = queries.eligible(self.kwargs["eligible_id"])
        if found is None:
            raise Missing(_("There is no such person."))
        glass.unname(actor=self.actor, eligible=found, at=self.at)
        return _("They cannot take this role any more.")


class OfGlass(Page):
    template_name = "accounts/elevation/glass.html"

    @cached_property
    def one(self) -> BrokenGlass:
        found = queries.glass_visible_to(self.actor).filter(id=self.kwargs["glass_id"]).first()
        if found is None:
            raise Missing(_("There is no such emergency."))
        return found

    def context(self) -> dict[str, Any]:
        one, state = self.one, queries.glass_state(self.one, self.at)
        own = one.person_id == self.actor.id
        leaves = journal.entries(actor=one.person_id, since=one.started_at).filter(at__lte=one.ended_at or one.ends_at)
        found = list(leaves.order_by("id")[: LEAVES + 1])
        return {
            "one": one,
            "who": people.name(one.person_id),
            "reviewer": people.name(one.reviewer_id) if one.reviewer_id else "",
            "role": ROLE_NAMES[Role(one.role)],
            "state": state,
            "dot": DOTS[state],
            "word": GLASS_WORDS[state],
            "may_end": state == Glass.RUNNING and (own or access.can(self.actor, MANAGE_ROLES)),
            "own": own,
            "done": [{"kind": "note", "title": events.title(leaf.event), "at": leaf.at} for leaf in found[:LEAVES]],
            "more": len(found) > LEAVES,
            "review": forms.Review() if state == Glass.ENDED and not own and access.can(self.actor, REVIEW) else None,
        }

    def back(self) -> str:
        return reverse("elevation:glass", args=[self.one.id])


@door(SIGNED_IN)
class Detail(OfGlass):
    """Who took what, why, until when, what they did, and what somebody found."""


@door(SIGNED_IN)
class Ending(OfGlass, Act):
    def perform(self) -> str:
        glass.end(actor=self.actor, glass=self.one, at=self.at)
        return _("The role is given back.")


@door(REVIEW)
class Reviewing(OfGlass, FormPage):
    form_class = forms.Review

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(self.back())

    def show(self, *, status: int = 200, **values: Any) -> Any:
        return super().show(status=status, review=values.pop("form"), **values)

    def perform(self, form: forms.Review) -> str:
        glass.review(actor=self.actor, glass=self.one, note=form.cleaned_data["note"], at=self.at)
        self.tell(_("Reviewed."))
        return self.back()
