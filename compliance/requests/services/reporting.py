"""The report of requests: numbers and one line per request by pseudonym, signed, for an auditor or an authority."""

import csv
import io
from datetime import datetime
from typing import Any

from accounts.access import services as access
from compliance.requests.queries import reading, statistics
from compliance.requests.rules import permits
from panel.journal import bundles
from panel.journal.rules import canonical
from panel.kernel.actors import Actor

KIND = "requests.report"
HEADS = (
    "code",
    "kind",
    "law",
    "source",
    "state",
    "received_at",
    "due_on",
    "extended_at",
    "closed_at",
    "ground",
    "subject",
)


def build(*, actor: Actor, at: datetime) -> bundles.Built:
    """The signed bundle. Outside of any transaction. Raises Forbidden."""
    access.require(actor, permits.SEE)
    rows = reading.visible_to(actor)
    found = statistics.numbers(rows, at)
    told = {
        "open": found.open, "late": found.late, "answered": found.answered, "in_time": found.in_time,
        "median_days": found.days, "kinds": [[name, every, still] for name, every, still in found.by_kind],
    }  # fmt: skip
    files = {"numbers.json": canonical.encode(told), "requests.csv": _table(rows)}
    return bundles.build(actor=actor, kind=KIND, files=files, about={"requests": rows.count()}, at=at)


def _table(rows: Any) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    for one in rows.order_by("number").iterator(chunk_size=1000):
        writer.writerow(
            [
                one.code, one.kind, one.regime, one.source, one.state, _iso(one.received_at), one.due_on.isoformat(),
                _iso(one.extended_at), _iso(one.closed_at), one.ground, str(one.subject_id or ""),
            ]
        )  # fmt: skip
    return out.getvalue().encode()


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
