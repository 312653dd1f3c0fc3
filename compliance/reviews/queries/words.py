"""A review for people: names of holders and reviewers, rights and objects in words. Opened names live as long as this object."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import OBJECT_ROLE_NAMES, ROLE_NAMES, ObjectRole, Role
from accounts.people import queries as people
from compliance.reviews.models import Item
from compliance.reviews.rules import populations
from panel.journal.rules import canonical
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.registries import objects

FIXED: dict[str, Any] = {
    "member": gettext_lazy("Member"),
    "gateway": gettext_lazy("Calls assistants"),
    "management": gettext_lazy("Manages the panel"),
    "client": gettext_lazy("Gets short-lived tokens"),
    "service": gettext_lazy("Service account"),
    "guest": gettext_lazy("Guest"),
    "session": gettext_lazy("Open session"),
}
NAMED = {"api_key", "oauth_client", "service", "custom_role"}


def facts(item: Item) -> dict[str, Any]:
    """The frozen facts as JSON."""
    return dict(canonical.decode(bytes(item.facts)))


class Words:
    """Titles of what is reviewed are shown to whoever reviews it, whatever else they may see."""

    def __init__(self, reader: Actor) -> None:
        self._reader = reader
        self._names: dict[UUID, str] = {}
        self._titles: dict[tuple[str, UUID], str] = {}

    def learn(self, items: Iterable[Item]) -> None:
        """Fetch what these rows need, a few questions for all of them."""
        rows = list(items)
        given = [facts(one)["giver"]["id"] for one in rows]
        wanted = {one.holder_id for one in rows} | {UUID(one) for one in given if one}
        self.learn_people(wanted | {one for row in rows for one in (row.reviewer_id, row.decided_by_id) if one})
        teams = {one.holder_id for one in rows if one.holder_kind == "team"} - set(self._names)
        self._names |= {team.id: team.name for team in people.teams_with_ids(teams)} if teams else {}
        places: dict[str, set[UUID]] = {}
        for one in rows:
            if one.object_id and (one.object_kind, one.object_id) not in self._titles:
                places.setdefault(one.object_kind, set()).add(one.object_id)
        for kind, keys in places.items():
            found = objects.cards(SYSTEM, kind, keys)
            self._titles |= {(kind, key): found[key].title if key in found else "" for key in keys}

    def learn_people(self, ids: Iterable[UUID]) -> None:
        missing = set(ids) - set(self._names)
        self._names |= people.names(missing) if missing else {}

    def person(self, one: UUID | None, kind: str = "") -> str:
        """A removed account is shown by the end of its id."""
        if one is None:
            return {"system": _("The panel itself"), "console": _("Console")}.get(kind, "–")
        return self._names.get(one) or _("Removed account …%(end)s") % {"end": str(one)[-6:]}

    def holder(self, item: Item) -> str:
        name = self.person(item.holder_id)
        return team_word(name) if item.holder_kind == "team" else name

    def where(self, item: Item) -> str:
        """The object's title, "" for what holds everywhere."""
        if item.object_id is None:
            return ""
        found = self._titles.get((item.object_kind, item.object_id))
        return found or f"{item.object_kind} …{str(item.object_id)[-6:]}"

    def right(self, item: Item) -> str:
        """The right in words; a key, a service account and a role made here by their own names."""
        if item.kind in NAMED and (name := facts(item)["detail"].get("name")):
            return str(name)
        return right_word(item.right)

    def decider(self, item: Item) -> str:
        return self.person(item.decided_by_id, item.decided_by_kind)

    def giver(self, item: Item) -> str:
        found = facts(item)["giver"]
        return self.person(UUID(found["id"]) if found["id"] else None, found["kind"])


def team_word(name: str) -> str:
    return _("Team %(name)s") % {"name": name}


def right_word(right: str) -> str:
    if right.upper() in ObjectRole.__members__:
        return str(OBJECT_ROLE_NAMES[ObjectRole[right.upper()]])
    if right in set(Role):
        return str(ROLE_NAMES[Role(right)])
    return str(FIXED.get(right, right))


def kind_word(kind: str) -> str:
    found = populations.registered().get(kind)
    return str(found.title) if found else kind
