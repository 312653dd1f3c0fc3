"""How far a request is, in words: the stages, the timeline, what is kept. For the person and for officers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.requests.models import Event, Request
from compliance.requests.queries import reading
from compliance.requests.rules.deadlines import Due, Unit
from compliance.requests.rules.kinds import ERASING, PACKED
from compliance.requests.rules.states import OPEN, State
from compliance.requests.rules.stores import OUTCOME_NAMES, PLACE_NAMES, Outcome

TITLES = {
    "received": gettext_lazy("We got the request"),
    "verifying": gettext_lazy("Proof asked for by mail"),
    "asked_again": gettext_lazy("Proof asked for again"),
    "verified": gettext_lazy("We know who asks"),
    "in_progress": gettext_lazy("Taken into work"),
    "assigned": gettext_lazy("Given to a colleague"),
    "awaiting_approval": gettext_lazy("A second person is asked"),
    "executing": gettext_lazy("It is being done"),
    "ledger": gettext_lazy("Entered in the ledger of erasures"),
    "partial": gettext_lazy("Partly done"),
    "fulfilled": gettext_lazy("Answered"),
    "answered_partly": gettext_lazy("Answered in part"),
    "denied": gettext_lazy("Denied"),
    "withdrawn": gettext_lazy("Taken back"),
    "lapsed": gettext_lazy("Never proven"),
    "linked": gettext_lazy("Answered with another request"),
    "extended": gettext_lazy("More time, as the law allows once"),
    "unreached": gettext_lazy("There is no address to write to"),
    "heard": gettext_lazy("A message came in"),
    "written": gettext_lazy("A message went out"),
    "noted": gettext_lazy("Note"),
    "document_read": gettext_lazy("The agent’s document was read"),
    "exempted": gettext_lazy("Items are left as they are"),
    "included": gettext_lazy("An item is treated as the others again"),
    "reminded": gettext_lazy("Reminder sent"),
    "downloaded": gettext_lazy("Copy downloaded"),
    "package_gone": gettext_lazy("Copy destroyed"),
}
HEADLINES = {
    State.RECEIVED: gettext_lazy("We have your request"),
    State.VERIFYING: gettext_lazy("Is it you who asked?"),
    State.VERIFIED: gettext_lazy("We know that it is you"),
    State.WORKING: gettext_lazy("We are working on it"),
    State.AWAITING: gettext_lazy("A second person looks at it"),
    State.EXECUTING: gettext_lazy("It is being done now"),
    State.PARTIAL: gettext_lazy("Done in part, the rest follows"),
    State.FULFILLED: gettext_lazy("It is done"),
    State.ENDED: gettext_lazy("It is done, as far as we can"),
    State.DENIED: gettext_lazy("We could not do this"),
    State.WITHDRAWN: gettext_lazy("You took this back"),
    State.LAPSED: gettext_lazy("This was never confirmed"),
    State.LINKED: gettext_lazy("This is answered with another request"),
}
_ORDER = (State.RECEIVED, State.VERIFIED, State.WORKING, State.AWAITING, State.EXECUTING, State.FULFILLED)
_PLACE = {State.VERIFYING: State.RECEIVED, State.PARTIAL: State.EXECUTING, State.ENDED: State.FULFILLED}

_PLACED = {State.ENDED.value: State.FULFILLED.value}


@dataclass(frozen=True)
class Line:
    """One line of a timeline, as the element wants it."""

    kind: str
    title: Any
    text: Any
    at: datetime


def timeline(row: Request, *, staff: bool) -> list[Line]:
    found = reading.events(row, all_of_them=staff)
    return [
        Line("note" if not one.shown else "done", TITLES.get(one.what, one.what), said(one), one.at) for one in found
    ]


def said(one: Event) -> str:
    detail = one.detail
    if one.what == "extended":
        return _("From %(first)s to %(due)s") % {"first": detail.get("first", ""), "due": detail.get("due", "")}
    if one.what == "linked":
        return str(detail.get("with", ""))
    if one.what == "received":
        return _("Answer due %(day)s") % {"day": detail.get("due", "")}
    if one.what in {"fulfilled", "awaiting_approval", "exempted"} and "items" in detail:
        return _("%(n)s items") % {"n": detail["items"]}
    return ""


def steps(row: Request) -> list[dict[str, Any]]:
    """The stages of this kind: done, now, or to come."""
    names: dict[State, Any] = {
        State.RECEIVED: _("Received"),
        State.VERIFIED: _("Identity proven"),
        State.WORKING: _("In work"),
        State.AWAITING: _("Review"),
        State.EXECUTING: _("Erase") if row.kind in ERASING else _("Copy") if row.kind in PACKED else _("Do"),
        State.FULFILLED: _("Answered"),
    }
    if row.kind not in ERASING:
        del names[State.AWAITING]
    order = [one for one in _ORDER if one in names]
    state = _PLACE.get(State(row.state), State(row.state))
    reached = order.index(state) if state in order else len(order)
    dates = {_PLACED.get(one.what, one.what): one.at for one in reversed(reading.events(row, all_of_them=True))}
    return [
        {
            "label": names[one],
            "meta": date_format(localtime(dates[one.value]), "SHORT_DATE_FORMAT")
            if one.value in dates and place <= reached else "",
            "state": "done" if place < reached or (place == reached and row.state not in OPEN)
            else "now" if place == reached else "next",
        }
        for place, one in enumerate(order)
    ]  # fmt: skip


def kept(row: Request, titles: Mapping[str, Any]) -> list[tuple[Any, str, int, str]]:
    """By store: title, what became of it, how many, and why."""
    names = {**titles, "keys": _("Keys"), "search": _("Search for what may be left")}
    names |= {f"search.{name}": _("Search: %(place)s") % {"place": title} for name, title in PLACE_NAMES.items()}
    found = []
    for one in reading.verdicts(row):
        why = " · ".join(text for text in (one.ground, one.until, one.problem) if text)
        count = one.left if one.outcome != Outcome.ERASED else one.gone
        found.append((names.get(one.store, one.store), str(OUTCOME_NAMES[Outcome(one.outcome)]), count, why))
    return found


def rule(due: Due) -> str:
    """Why it is this date, in a sentence."""
    count = due.span.count
    units = {
        Unit.MONTH: ngettext("%(n)s month", "%(n)s months", count),
        Unit.DAY: ngettext("%(n)s day", "%(n)s days", count),
        Unit.WORKING: ngettext("%(n)s working day", "%(n)s working days", count),
    }
    words = [_("%(law)s: %(span)s from receipt") % {"law": due.law, "span": units[due.span.unit] % {"n": count}}]
    if due.paused:
        stood = ngettext("the clock stood for %(n)s day", "the clock stood for %(n)s days", due.paused)
        words.append(stood % {"n": due.paused})
    if due.moved:
        words.append(_("moved on from %(day)s, a day off") % {"day": due.counted.isoformat()})
    return ", ".join(words)
