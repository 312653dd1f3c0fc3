"""What waits for somebody, and everything that was ever asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access.rules import SIGNED_IN, door
from accounts.approvals.models import Approval
from accounts.approvals.queries import reading, standing
from accounts.approvals.rules import inbox as boxes
from accounts.approvals.rules import kinds
from accounts.approvals.rules.states import STATE_WORDS, State
from accounts.people import queries as people
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.installation import organisation
from panel.kernel.registries import objects
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Memory
from panel.ui.menu import actor_of

NEWEST = 2000
PAGES = {"inbox": _("Waiting for you"), "history": _("History"), "deputies": _("Deputies")}
DOTS = {
    State.OPEN: "invited",
    State.PERFORMED: "active",
    State.REFUSED: "disabled",
    State.OVERTAKEN: "paused",
}


@dataclass(frozen=True)
class Row:
    pk: UUID
    kind: str
    title: str
    where: str
    who: str
    state: State
    asked_at: datetime
    ends_at: datetime
    digest: str
    own: bool

    @property
    def dot(self) -> str:
        return DOTS.get(self.state, "draft")


def tabs(here: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": reverse(f"approvals:{name}"), "current": name == here} for name, label in PAGES.items()
    ]


def places(actor: Actor, rows: Iterable[Approval]) -> dict[UUID, str]:
    """Titles of the objects, as far as the actor may know them."""
    wanted: dict[str, list[UUID]] = {}
    for one in rows:
        if one.object_id:
            wanted.setdefault(one.object_kind, []).append(one.object_id)
    return {key: card.title for kind, ids in wanted.items() for key, card in objects.cards(actor, kind, ids).items()}


def opened(actor: Actor, found: list[Approval], at: datetime) -> list[Row]:
    names, where = people.names(one.asker_id for one in found if one.asker_id), places(actor, found)
    known = kinds.registered()
    return [
        Row(
            one.id,
            one.kind,
            str(known[one.kind].title) if one.kind in known else one.kind,
            where.get(one.object_id, "") if one.object_id else "",
            names.get(one.asker_id, people.GONE) if one.asker_id else organisation() or "ClawPanel",
            reading.state_of(one, at),
            one.asked_at,
            one.expires_at,
            one.digest,
            one.asker_id == actor.id,
        )
        for one in found
    ]


COLUMNS = [
    Column(
        "title", _("Asked for"), cell="title", card="title", sort="title", second=lambda row: row.where,
        url=lambda row: reverse("approvals:approval", args=[row.pk]),
    ),
    Column("who", _("By"), sort="who"),
    Column("dot", _("State"), cell="state", card="state", second=lambda row: STATE_WORDS[row.state], csv=False),
    Column("state", _("State"), card="none"),
    Column("asked_at", _("Asked"), cell="ago", sort="asked_at", numeric=True),
    Column("ends_at", _("Answer by"), cell="ago", sort="ends_at", numeric=True),
    Column("digest", _("Content"), cell="hash", card="none"),
]  # fmt: skip
FILTERS = [
    Filter("state", _("State"), list(STATE_WORDS.items()), keep=lambda row, value: row.state == value),
    Filter(
        "kind", _("Kind"), lambda: [(one.name, one.title) for one in kinds.registered().values()],
        keep=lambda row, value: row.kind == value,
    ),
    Filter("own", _("Mine"), [("yes", _("Asked by me"))], keep=lambda row, value: row.own),  # noqa: ARG005
]  # fmt: skip


@door(SIGNED_IN)
def history(request: HttpRequest) -> HttpResponseBase:
    actor, at = actor_of(request), clock.now()
    found = list(standing.visible_to(actor, at).order_by("-asked_at", "-id")[:NEWEST])
    page = ListPage(
        request, Memory(opened(actor, found, at), lambda row: f"{row.title} {row.where} {row.who} {row.digest}"),
        [one for one in COLUMNS if one.name != "state" or request.GET.get("format") == "csv"],
        sort="-asked_at", filters=FILTERS,
        empty=Empty(_("Nothing was asked yet"), _("What needs a second person stands here, with who decided and why.")),
        searchable=_("Search by kind, object, person or hash"), csv_name="approvals",
    )  # fmt: skip
    return answer(request, "accounts/approvals/history.html", page, {"tabs": tabs("history")})


INBOX = [
    Column("title", _("Asked for"), cell="title", card="title", second=lambda row: row.where, url=lambda row: row.url),
    Column("who", _("By"), sort="who"),
    Column("asked_at", _("Asked"), cell="ago", sort="asked_at", numeric=True),
    Column("ends_at", _("Answer by"), cell="ago", sort="ends_at", numeric=True),
]


@door(SIGNED_IN)
def inbox(request: HttpRequest) -> HttpResponseBase:
    actor, at = actor_of(request), clock.now()
    page = ListPage(
        request, Memory(boxes.items(actor, at), lambda row: f"{row.title} {row.where} {row.who}"), INBOX, sort="ends_at",
        empty=Empty(
            _("Nothing waits for you"),
            _("What somebody else asks for and you may approve stands here. Each is read and decided on its own."),
        ),
        searchable=_("Search by kind, object or person"), csv_name="approvals-waiting",
    )  # fmt: skip
    names = people.names(standing.stands_in_for(actor, at))
    values = {"stands_in_for": list(names.values()), "tabs": tabs("inbox")}
    return answer(request, "accounts/approvals/inbox.html", page, values)


def waiting(actor: Actor, at: datetime) -> list[boxes.Item]:
    """This slice's own items of the inbox."""
    found = standing.waiting_now(actor, at)
    return [
        boxes.Item(
            row.pk, row.title, row.where, row.who, row.asked_at, row.ends_at,
            reverse("approvals:approval", args=[row.pk]),
        )
        for row in opened(actor, found, at)
    ]  # fmt: skip
