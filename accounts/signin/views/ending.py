"""Sessions that are open, one's own or somebody's, and their end."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.rules import door
from accounts.people import queries as people
from accounts.people.models import User
from accounts.signin import queries
from accounts.signin.models import Session
from accounts.signin.rules import CHANGE, END_SESSIONS, METHOD_NAMES
from accounts.signin.services import devices, limits
from accounts.signin.services import sessions as events
from accounts.signin.views import sessions
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Act, Page


@dataclass(frozen=True)
class Shown:
    id: UUID
    device: str
    place: str
    factors: str
    opened_at: datetime
    seen_at: datetime
    current: bool
    ending: str


def shown(user: User, *, current: tuple[str, UUID] | None, of_somebody: bool = False) -> list[Shown]:
    """The open sessions in words, the current one marked."""
    rows = queries.open_sessions(user, at=timezone.now(), limits=limits.current())
    own = current[1] if current and current[0] == "session" else None
    return [_shown(row, own, of_somebody) for row in sorted(rows, key=lambda row: row.id != own)]


def _shown(row: Session, own: UUID | None, of_somebody: bool) -> Shown:
    words = dict.fromkeys(str(METHOD_NAMES.get(one, one)) for one in row.factors.split())
    place = ("signin:ending_one", [row.user_id, row.id]) if of_somebody else ("signin:ending", [row.id])
    return Shown(
        row.id, devices.words(row.device), devices.place(row.place), ", ".join(words), row.opened_at, row.seen_at,
        row.id == own, reverse(place[0], args=place[1]),
    )  # fmt: skip


class Own(Page):
    """About the person who is signed in."""

    @property
    def user(self) -> User:
        found = self.request.user
        if not isinstance(found, User):
            raise TypeError("The door let somebody in who is no person.")
        return found

    def back(self) -> str:
        return reverse("signin:security")


@door(CHANGE)
class Elsewhere(Own, Act):
    """POST ends every session of mine but this one."""

    def perform(self) -> Text:
        events.end_others(actor=self.actor, user=self.user, at=self.at)
        sessions.reopen(self.request)
        return _("Your other sessions have ended.")


@door(CHANGE)
class Ending(Own, Act):
    """POST ends one of my sessions."""

    def perform(self) -> Text:
        events.end(actor=self.actor, user=self.user, sid=self.kwargs["session_id"], at=self.at)
        return _("That session has ended.")


class OfSomebody(Page):
    @cached_property
    def person(self) -> User:
        found = people.user(self.kwargs["user_id"])
        if found is None:
            raise Missing(_("There is no such person."))
        return found

    def back(self) -> str:
        return reverse("signin:sessions", args=[self.person.id])


@door(END_SESSIONS)
class Theirs(OfSomebody):
    template_name = "accounts/signin/sessions/of_person.html"

    def context(self) -> dict[str, Any]:
        found = shown(self.person, current=self.actor.via, of_somebody=True)
        return {"person": self.person, "sessions": found}


@door(END_SESSIONS)
class AllTheirs(OfSomebody, Act):
    """POST ends every session of theirs (of one's own, every other)."""

    def perform(self) -> Text:
        events.end_others(actor=self.actor, user=self.person, at=self.at)
        if self.person.id == self.actor.id:
            sessions.reopen(self.request)
        return _("Their sessions have ended, and with them what was running.")


@door(END_SESSIONS)
class OneOfTheirs(OfSomebody, Act):
    def perform(self) -> Text:
        events.end(actor=self.actor, user=self.person, sid=self.kwargs["session_id"], at=self.at)
        return _("That session has ended.")
