"""Who may what: every permit against every role, from code and from the organisation's own roles."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access.rules import MANAGE_ROLES, ROLE_NAMES, SEE_PEOPLE, Role, door
from accounts.roles import queries
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Memory
from panel.ui.menu import actor_of

SIZE = 500
FIRST = [
    Column("title", gettext_lazy("Right"), cell="title", sort="title", card="title"),
    Column("name", gettext_lazy("Name"), value=lambda row: row.pk, cell="mono", sort="pk", card="none"),
    Column("object_role", gettext_lazy("On one object from")),
    Column("fresh", gettext_lazy("Fresh factor"), value=lambda row: "✓" if row.fresh else ""),
]


@door(SEE_PEOPLE)
def listing(request: HttpRequest) -> HttpResponseBase:
    rows, custom = queries.matrix(), list(queries.all_roles())
    roles = [(role.value, ROLE_NAMES[role]) for role in Role] + [(str(one.id), one.name) for one in custom]
    columns = FIRST + [Column(f"role_{key}", name, value=queries.opens(key)) for key, name in roles]
    areas = [(area, area) for area in sorted({row.area for row in rows})]
    filters = [
        Filter("area", gettext_lazy("Area"), areas, keep=lambda row, value: row.area == value),
        Filter("role", gettext_lazy("Opened by"), roles, keep=lambda row, value: value in row.opened),
        Filter(
            "fresh", gettext_lazy("Fresh factor"), [("yes", gettext_lazy("Asked"))], keep=lambda row, _value: row.fresh
        ),
    ]
    page = ListPage(
        request, Memory(rows, lambda row: f"{row.title} {row.pk}"), columns, sort="name", filters=filters,
        searchable=gettext_lazy("Search rights"), csv_name="roles", size=SIZE,
    )  # fmt: skip
    values = {"custom": custom, "may": access.can(actor_of(request), MANAGE_ROLES)}
    return answer(request, "accounts/roles/matrix.html", page, values)
