"""How far a request is, in words: the stages, the timeline, what is kept. For the person and for officers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.requests.models import Event, Request, Verdict
from compliance.requests.queries import reading
from compliance.requests.rules import words
from compliance.requests.rules.deadlines import Due, Span, Unit
from compliance.requests.rules.kinds import FOUR_EYES
from compliance.requests.rules.states import OPEN, STATE_NAMES, State
from compliance.requests.rules.stores import OUTCOME_NAMES, PLACE_NAMES, Outcome

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
    named = words.TITLES if staff else {**words.TITLES, **words.OWN_TITLES}
    return [
        Line("note" if not one.shown else "done", named.get(one.what, one.what), said(one), one.at) for one in found
    ]


def day(iso: str) -> str:
    """A date as people of this language write it."""
    return date_format(date.fromisoformat(iso), "DATE_FORMAT") if iso else ""


def said(one: Event) -> str:
    detail = one.detail
    if one.what == "extended":
        return _("From %(first)s to %(due)s") % {
            "first": day(detail.get("first", "")),
            "due": day(detail.get("due", "")),
        }
    if one.what == "linked":
        return str(detail.get("with", ""))
    if one.what == "received":
        return _("Answer due %(day)s") % {"day": day(detail.get("due", ""))}
    if "field" in detail:
        return str(words.FIELDS.get(detail["field"], ""))
    if one.what in {"fulfilled", "awaiting_approval", "exempted"} and "items" in detail:
        return ngettext("%(n)s item", "%(n)s items", detail["items"]) % {"n": detail["items"]}
    return ""


def steps(row: Request, *, staff: bool = True) -> list[dict[str, Any]]:
    """The stages of this kind: done, now, or to come. What ended on another way ends there."""
    order = [one for one in _ORDER if one != State.AWAITING or row.kind in FOUR_EYES]
    state = _PLACE.get(State(row.state), State(row.state))
    dates = {_PLACED.get(one.what, one.what): one.at for one in reversed(reading.events(row, all_of_them=True))}
    dates[State.RECEIVED.value] = row.received_at
    if state not in order:
        found = [_step(row, one, dates, "done", staff=staff) for one in order[:-1] if one.value in dates]
        return [*found, {"label": STATE_NAMES[state], "meta": _short(dates.get(state.value)), "state": "done"}]
    reached = order.index(state)
    return [
        _step(row, one, dates if place <= reached else {}, _reached(row, place, reached), staff=staff)
        for place, one in enumerate(order)
    ]


def _reached(row: Request, place: int, reached: int) -> str:
    if place < reached or (place == reached and row.state not in OPEN):
        return "done"
    return "now" if place == reached else "next"


def _step(row: Request, one: State, dates: Mapping[str, datetime], state: str, *, staff: bool) -> dict[str, Any]:
    names = words.DOING.get(words.group(row.kind), words.PLACES[one]) if one is State.EXECUTING else words.PLACES[one]
    meta = _short(dates.get(one.value))
    if one is State.FULFILLED and state == "next" and not staff:
        meta = _("by %(day)s") % {"day": date_format(row.due_on, "SHORT_DATE_FORMAT")}
    return {"label": names[0 if staff else 1], "meta": meta, "state": state}


def _short(at: datetime | None) -> str:
    return date_format(localtime(at), "SHORT_DATE_FORMAT") if at else ""


def kept(row: Request, titles: Mapping[str, Any]) -> list[tuple[Any, str, int, str]]:
    """By store: title, what became of it, how many, and why."""
    names = {**titles, "keys": _("Keys"), "search": _("Search for what may be left")}
    names |= {f"search.{name}": _("Search: %(place)s") % {"place": title} for name, title in PLACE_NAMES.items()}
    found = []
    for one in reading.verdicts(row):
        why = " · ".join(text for text in (one.ground, one.until, one.problem) if text)
        count = one.left if one.outcome != Outcome.ERASED else one.gone
        word = str(OUTCOME_NAMES[Outcome(one.outcome)])
        if one.store == "search":
            word, count, why = _searched(one)
        found.append((names.get(one.store, one.store), word, count, why))
    return found


def _searched(one: Verdict) -> tuple[str, int, str]:
    """A search erases nothing: what it found, and in how many places it looked."""
    places = ngettext("%(n)s place searched", "%(n)s places searched", one.gone) % {"n": one.gone}
    return str(_("Something is left") if one.left else _("Nothing found")), one.left, places


def span(one: Span | None) -> str:
    """ "45 days"; "" for none."""
    if one is None:
        return ""
    units = {
        Unit.MONTH: ngettext("%(n)s month", "%(n)s months", one.count),
        Unit.DAY: ngettext("%(n)s day", "%(n)s days", one.count),
        Unit.WORKING: ngettext("%(n)s working day", "%(n)s working days", one.count),
    }
    return units[one.unit] % {"n": one.count}


def rule(due: Due) -> str:
    """Why it is this date, in a sentence."""
    told = [_("%(law)s: %(span)s from receipt") % {"law": due.law, "span": span(due.span)}]
    if due.paused:
        stood = ngettext("the clock stood for %(n)s day", "the clock stood for %(n)s days", due.paused)
        told.append(stood % {"n": due.paused})
    if due.moved:
        told.append(_("moved on from %(day)s, a day off") % {"day": date_format(due.counted, "DATE_FORMAT")})
    return ", ".join(told)
