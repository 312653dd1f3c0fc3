"""The page of one review: how far it is, and its rights with evidence beside the list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from accounts.people import queries as people
from compliance.reviews import forms
from compliance.reviews.models import Campaign, Item
from compliance.reviews.queries import doorways, reading
from compliance.reviews.queries.words import Words, facts, kind_word, team_word
from compliance.reviews.rules import flags, populations
from compliance.reviews.rules.permits import DECIDE
from compliance.reviews.rules.states import CAMPAIGN_WORDS, DEFAULT_WORDS, ITEM_WORDS, OPEN_ITEMS
from compliance.reviews.rules.states import Item as ItemState
from panel.kernel import jobs
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import BulkAct, Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.peek import Peek
from panel.ui.lists.remembered import preset
from panel.ui.lists.sources import Rows
from panel.ui.menu import actor_of

CELLS = "compliance/reviews/parts/cells.html"
TONES = {"pending": "draft", "flagged": "paused", "kept": "live", "revoked": "stopped", "reduced": "paused"}
PRESETS = [
    preset("open", gettext_lazy("Open"), "state=open"),
    preset("left", gettext_lazy("Of people who left"), "flag=owner_left"),
    preset("unused", gettext_lazy("Not used"), "flag=dormant"),
    preset("revoked", gettext_lazy("Revoked"), "state=revoked"),
]


@dataclass(frozen=True)
class Rights(Rows):
    """Searched by the holder's name as the list shows it: people are opened in memory, at most 10,000."""

    def search(self, words: list[str]) -> Rows:
        found = people.search(" ".join(words))
        folded = " ".join(words).casefold()
        found += [team.id for team in people.teams() if folded in team_word(team.name).casefold()]
        return Rights(self.queryset.filter(holder_id__in=found))


def _state(rows: QuerySet[Item], value: str) -> QuerySet[Item]:
    return rows.filter(state__in=list(OPEN_ITEMS)) if value == "open" else rows.filter(state=value)


def _filters() -> list[Filter]:
    kinds = [(name, one.title) for name, one in populations.registered().items()]
    states: list[tuple[str, Any]] = [("open", _("Open or flagged")), *ITEM_WORDS.items()]
    return [
        Filter("state", gettext_lazy("Decision"), states, _state),
        Filter(
            "flag",
            gettext_lazy("Flag"),
            list(flags.FLAGS.items()),
            lambda rows, one: rows.filter(flags__contains=[one]),
        ),
        Filter("kind", gettext_lazy("Kind"), kinds, lambda rows, value: rows.filter(kind=value)),
    ]


def _columns(words: Words) -> list[Column]:
    return [
        Column(
            "right", gettext_lazy("Right"), value=words.right, cell="title", card="title",
            second=lambda row: words.where(row) or kind_word(row.kind),
            url=lambda row: reverse("reviews:item", args=[row.id]),
        ),
        Column("place", gettext_lazy("Who"), value=words.holder, cell="actor", sort="place"),
        Column("used_at", gettext_lazy("Last used"), cell=f"{CELLS}#used", value=lambda row: row.used_at),
        Column("given", gettext_lazy("Given by"), value=words.giver),
        Column("flags", gettext_lazy("Flags"), cell=f"{CELLS}#flags", value=_flags),
        Column(
            "state", gettext_lazy("Decision"), value=lambda row: TONES.get(row.state, row.state), cell="state",
            second=lambda row: ITEM_WORDS[row.state], card="state",
        ),
    ]  # fmt: skip


def _flags(row: Item) -> list[str]:
    return [str(title) for name, title in flags.FLAGS.items() if name in row.flags and name != "endless"]


@door(DECIDE)
def campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponseBase:
    """Rights that the actor reviews or may see; what is urgent first."""
    actor = actor_of(request)
    found = reading.visible_to(actor).filter(id=campaign_id).first()
    if found is None:
        raise Missing(_("There is no such review."))
    words, rows = Words(actor), reading.items(actor, found)
    acts = [("keeps", _("Keep"), "check", "plain"), ("revocations", _("Revoke"), "ban", "danger-quiet")]
    bulk = [BulkAct(label, reverse(f"reviews:{name}", args=[found.id]), icon, tone) for name, label, icon, tone in acts]
    mine = found.state == "open" and rows.filter(reviewer_id=actor.id).exists()
    page = ListPage(
        request, Rights(rows), _columns(words), sort="place", filters=_filters(), presets=PRESETS,
        searchable=gettext_lazy("Search by name"), csv_name="review-rights", bulk=bulk if mine else [],
        pickable=lambda row: row.reviewer_id == actor.id and row.state in OPEN_ITEMS,
        peek=Peek(
            title=lambda row: f"{words.holder(row)}: {words.right(row)}", template="compliance/reviews/parts/peek.html",
            context=lambda row: evidence(actor, row, words), find=lambda key: _found(actor, found, key),
        ),
        empty=Empty(_("No right is in this review"), _("They are being counted, or nobody has what was asked for.")),
    )  # fmt: skip
    words.learn(page.objects)
    return answer(request, "compliance/reviews/campaign.html", page, {**_head(actor, found), "mine": mine})


def _found(actor: Actor, campaign: Campaign, key: str) -> Item | None:
    try:
        found = reading.item(actor, UUID(key))
    except ValueError:
        return None
    return found if found is not None and found.campaign_id == campaign.id else None


def _head(actor: Actor, campaign: Campaign) -> dict[str, Any]:
    counts = reading.counts(campaign.items.all())
    total, waiting = sum(counts.values()), reading.open_of(counts)
    states = [(ITEM_WORDS[state], counts[state], state.value) for state in ItemState if counts[state]]
    names = Words(actor)
    names.learn_people({campaign.reviewer_id})
    return {
        "campaign": campaign,
        "may": reading.rights(actor),
        "word": CAMPAIGN_WORDS[campaign.state],
        "tone": {"open": "live", "closed": "done", "cancelled": "archived"}.get(campaign.state, "running"),
        "total": total,
        "decided": total - waiting,
        "waiting": waiting,
        "states": states,
        "reviewer": names.person(campaign.reviewer_id),
        "default": DEFAULT_WORDS[campaign.default],
        "job": jobs.latest(campaign.journal_ref) if campaign.state in {"freezing", "closing"} else None,
        "report": reading.report_of(campaign) if campaign.state == "closed" else None,
    }


def evidence(actor: Actor, item: Item, words: Words) -> dict[str, Any]:
    """What is known about one right, and the form to decide it when it is the actor's to decide."""
    words.learn([item])
    before = reading.last_review(item)
    return {
        "item": item,
        "given_at": _moment(facts(item)["given_at"]),
        "ends_at": _moment(facts(item)["expires_at"]),
        "who": words.holder(item),
        "where": words.where(item),
        "right": words.right(item),
        "kind": kind_word(item.kind),
        "giver": words.giver(item),
        "given_because": reading.reason_given(item),
        "flags": _flags(item),
        "proposal": flags.proposal(item.flags),
        "peers": reading.peers(item),
        "others": reading.others_of(item),
        "before": before,
        "before_word": ITEM_WORDS[before.state] if before else "",
        "state_word": ITEM_WORDS[item.state],
        "reviewer": words.person(item.reviewer_id),
        "decider": words.decider(item) if item.decided_at else "",
        "reason": reading.opened(item, "reason"),
        "proofs": _proofs(item, words),
        "form": _form(actor, item),
        "decide_url": reverse("reviews:item", args=[item.id]),
        "undo_url": reverse("reviews:reinstatement", args=[item.id]) if _undoable(item) else "",
    }


def _proofs(item: Item, words: Words) -> list[dict[str, Any]]:
    """Each act with what was tried: who came to what, with which answer before and after."""
    lines = reading.evidence(item)
    words.learn_people({UUID(look["as"]) for line in lines for look in line.before})
    return [
        {
            "also": line.also,
            "looks": [
                {
                    "who": words.person(UUID(was["as"])),
                    "what": _("a call") if was["route"] == doorways.CALL else was["route"],
                    "was": was["status"],
                    "now": now["status"],
                    "still": was["status"] == now["status"] == 200,
                }
                for was, now in zip(line.before, line.after, strict=True)
            ],
        }
        for line in lines
    ]


def _form(actor: Actor, item: Item) -> forms.Decision | None:
    """When it is the actor's to decide, now."""
    if item.campaign.state != "open" or item.reviewer_id != actor.id or item.state not in {*OPEN_ITEMS, "kept"}:
        return None
    smaller = populations.known(item.kind).smaller
    ask = _("Needed to keep a right that is not used.") if flags.UNUSED & set(item.flags) else ""
    return forms.Decision(smaller=smaller(item) if smaller else [], ask=ask)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _undoable(item: Item) -> bool:
    known = populations.known(item.kind).restore is not None
    return known and item.state == "revoked" and item.campaign.state == "open"
