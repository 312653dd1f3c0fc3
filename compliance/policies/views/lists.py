"""Lists of policies and of who accepted one."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from accounts.people import queries as people
from compliance.policies import queries
from compliance.policies.rules import permits
from compliance.policies.rules.kinds import KIND_NAMES, LANGUAGES
from panel.kernel import clock
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of


def _state(policy: Any) -> str:
    return "archived" if policy.archived_at else "live" if policy.number else "draft"


STATES: dict[str, Text] = {
    "live": gettext_lazy("In force"),
    "draft": gettext_lazy("Not published"),
    "archived": gettext_lazy("Archived"),
}
COLUMNS = [
    Column(
        "name",
        gettext_lazy("Policy"),
        cell="title",
        sort="name",
        card="title",
        second=lambda policy: KIND_NAMES[policy.kind],
        url=lambda policy: reverse("policies:detail", args=[policy.id]),
    ),
    Column(
        "state",
        gettext_lazy("State"),
        value=_state,
        cell="state",
        card="state",
        second=lambda policy: STATES[_state(policy)],
    ),
    Column("number", gettext_lazy("Version"), value=lambda one: f"v{one.number}" if one.number else "–", cell="mono"),
    Column("since", gettext_lazy("Since"), value=lambda one: one.since, cell="ago"),
    Column(
        "accepted",
        gettext_lazy("Accepted"),
        value=lambda one: (one.accepted or 0) if one.acceptance else "–",
        numeric=True,
    ),
    Column("changed_at", gettext_lazy("Changed"), cell="ago", sort="changed_at", numeric=True),
]
FILTERS = [
    Filter("kind", gettext_lazy("Kind"), list(KIND_NAMES.items()), lambda rows, value: rows.filter(kind=value)),
]


@door(permits.VIEW)
def policies(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    actor = actor_of(request)
    may = queries.rights(actor)
    empty = Empty(
        gettext_lazy("No policy yet"),
        gettext_lazy("A policy says what the organisation does with data, and who agreed to it. Begin with a starter."),
        gettext_lazy("Write a policy"),
        reverse("policies:new"),
    )
    page = ListPage(
        request,
        Rows(queries.listed(actor, clock.now()), ["name", "slug"]),
        COLUMNS,
        sort="name",
        filters=FILTERS,
        empty=empty.where(may["write"]),
        searchable=gettext_lazy("Search by name"),
        csv_name="policies",
    )
    return answer(request, "compliance/policies/list.html", page, {"may": may})


@door(permits.VIEW)
def acceptances(request: HttpRequest, policy_id: Any) -> HttpResponseBase:
    """Who accepted which version."""
    actor = actor_of(request)
    policy = queries.visible_to(actor).filter(id=policy_id).first()
    if policy is None:
        raise Missing(_("There is no such policy."))
    names: dict[Any, str] = {}
    columns = [
        Column("who", gettext_lazy("Who"), value=lambda row: names.get(row.user_id, ""), cell="actor", card="title"),
        Column("version", gettext_lazy("Version"), value=lambda row: f"v{row.version.number}", cell="mono"),
        Column("language", gettext_lazy("Read in"), value=lambda row: LANGUAGES.get(row.language, row.language)),
        Column("digest", gettext_lazy("Words"), cell="hash", card="none"),
        Column("at", gettext_lazy("When"), cell="ago", sort="at", numeric=True),
    ]
    page = ListPage(
        request,
        Rows(queries.acceptances(policy)),
        columns,
        sort="-at",
        empty=Empty(gettext_lazy("Nobody yet"), gettext_lazy("People accept it on “Policies to accept”.")),
        csv_name=f"{policy.slug}-acceptances",
    )
    names.update(people.names({row.user_id for row in page.objects}))
    late = people.names(queries.missing(policy, clock.now()).order_by("id").values_list("id", flat=True)[:50])
    context = {"policy": policy, "late": sorted(late.values()), "back": reverse("policies:detail", args=[policy.id])}
    return answer(request, "compliance/policies/acceptances.html", page, context)
