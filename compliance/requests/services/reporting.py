"""The report of requests: one line per request by pseudonym, and how many were answered in time."""

from collections import Counter
from statistics import median
from typing import Any

from django.utils.translation import gettext_lazy as _

from compliance.reports.rules import Asked, Kind, Table, stamp
from compliance.requests.models import Request
from compliance.requests.queries import clocks
from compliance.requests.rules.permits import SEE
from compliance.requests.rules.states import OPEN, State

COLUMNS = (
    "code", "kind", "law", "source", "state", "received_at", "due_on", "extended_at", "closed_at", "days", "in_time", "ground",
    "subject",
)  # fmt: skip
PRINTED = [("code", "No."), ("kind", "Kind"), ("law", "Law"), ("state", "State"), ("received_at", "Received"),
           ("due_on", "Due"), ("closed_at", "Closed"), ("in_time", "In time"), ("ground", "Ground")]  # fmt: skip
METHOD = [
    (
        "Every request that was received in the period, by number; their state is that of the moment at which "
        "this report was made."
    ),
    (
        "due_on follows from the law, days off, extensions that were told and times in which proof of identity was "
        "waited for. days are whole days from receipt to the end."
    ),
    (
        "In time: answered (fulfilled or denied) on the due day or before, by the organisation's time zone. A request that is open "
        "after its due day is late."
    ),
    "People stand here by pseudonym. A request that was never proven has none.",
]
ANSWERED = {State.FULFILLED.value, State.DENIED.value}


def table(asked: Asked) -> Table:
    """Requests received between the two instants."""
    found = Request.objects.filter(received_at__lte=asked.until).order_by("number")
    if asked.since is not None:
        found = found.filter(received_at__gte=asked.since)
    today = clocks.local(asked.at)
    rows = [_row(one, today) for one in found.iterator(chunk_size=2000)]
    return Table(COLUMNS, PRINTED, rows, _numbers(rows), METHOD, "Requests")


def _row(one: Request, today: Any) -> dict[str, Any]:
    ended = clocks.local(one.closed_at) if one.closed_at else None
    answered = one.state in ANSWERED
    still = one.state in OPEN
    late = (answered and ended is not None and ended > one.due_on) or (still and today > one.due_on)
    return {
        "code": one.code, "kind": one.kind, "law": one.regime, "source": one.source, "state": one.state,
        "received_at": stamp(one.received_at), "due_on": one.due_on.isoformat(), "extended_at": stamp(one.extended_at),
        "closed_at": stamp(one.closed_at), "days": (one.closed_at - one.received_at).days if one.closed_at else "",
        "in_time": "late" if late else "yes" if answered else "", "ground": one.ground, "subject": str(one.subject_id or ""),
    }  # fmt: skip


def _numbers(rows: list[dict[str, Any]]) -> dict[str, list[tuple[str, Any]]]:
    answered = [row for row in rows if row["state"] in ANSWERED]
    days = [row["days"] for row in answered]
    return {
        "Totals": [
            ("Received", len(rows)),
            ("Open", sum(row["state"] in OPEN for row in rows)),
            ("Open and late", sum(row["state"] in OPEN and row["in_time"] == "late" for row in rows)),
            ("Answered", len(answered)),
            ("Answered in time", sum(row["in_time"] == "yes" for row in answered)),
            ("Days to the answer, median", int(median(days)) if days else "–"),
        ],
        "Kinds": sorted(Counter(row["kind"] for row in rows).items()),
        "Laws": sorted(Counter(row["law"] for row in rows).items()),
        "States": sorted(Counter(row["state"] for row in rows).items()),
        "Grounds of denial": sorted(Counter(row["ground"] for row in rows if row["ground"]).items()),
    }


KIND = Kind(
    "requests.report",
    _("Data-subject requests"),
    _("Every request of a period by pseudonym, its law, its dates, and how many were answered in time."),
    SEE,
    table,
)
