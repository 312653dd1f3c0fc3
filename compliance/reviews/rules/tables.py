"""The report's shape: columns of a row, one source of numbers, pace, and words that do not depend on data. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

COLUMNS = (
    "place", "kind", "holder_kind", "holder_id", "holder", "right", "object_kind", "object_id", "object", "given_at",
    "given_by", "expires_at", "used_at", "flags", "state", "decided_at", "decided_by", "by_default", "reason", "exception",
    "before", "after",
)  # fmt: skip
METHOD = (
    "The population is every right of the kinds in scope at one instant, read in one snapshot of the database.",
    (
        "population.jsonl holds one canonical JSON line (RFC 8785) for each right, ordered by its bytes. The SHA-256 of "
        "that file and the number of its lines were written into the journal when the population was frozen, before "
        "anybody decided."
    ),
    (
        "Nobody reviewed a right of their own, of a service account they answer for, or of a team they are in, and "
        "nobody chose the reviewer of their own rights. The database refuses the first of these."
    ),
    (
        "A revoked right ended in the transaction of the decision. The same routes were tried as its holder before and "
        "after: 200 is open, 401, 403 and 404 are shut. No credential was made for that. What was still open afterwards "
        "was open by another way and stands among the exceptions."
    ),
    (
        "drift.jsonl lists the rights that were added, changed or ended between freezing and closing otherwise than by "
        "this review."
    ),
    "At the due date what nobody had decided was decided by the default; the column by_default says where.",
    "Pace: seconds between two decisions of one reviewer; what was decided together has one batch.",
    "A campaign that is closed cannot be changed: the database refuses it for every role.",
)


@dataclass
class Pace:
    """How one reviewer decided: `quick` decisions came within 3 s of the one before and were no batch."""

    decisions: int = 0
    batches: int = 0
    largest_batch: int = 0
    median_seconds: int | None = None
    quick: int = 0

    @classmethod
    def of(cls, lines: Iterable[tuple[str, int, int | None]]) -> "Pace":
        """Lines of one reviewer: (batch, size, seconds)."""
        found, seconds, batches = cls(), [], set()
        for batch, size, passed in lines:
            found.decisions += 1
            found.largest_batch = max(found.largest_batch, size)
            if size > 1:
                batches.add(batch)
            elif passed is not None:
                seconds.append(passed)
        found.batches, found.quick = len(batches), sum(one <= 3 for one in seconds)
        found.median_seconds = int(median(seconds)) if seconds else None
        return found


@dataclass
class Numbers:
    """Everything that the report counts, counted once; PDF, CSV, JSON and HTML take it from here."""

    count: int = 0
    states: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    by_default: int = 0
    exceptions: Counter[str] = field(default_factory=Counter)
    proved: int = 0
    still_open: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        self.count += 1
        self.states[row["state"]] += 1
        self.kinds[row["kind"]] += 1
        self.flags.update(row["flags"])
        self.by_default += bool(row["by_default"])
        for one in filter(None, row["exception"].split(",")):
            self.exceptions[one] += 1
        if row["state"] == "revoked" and row["after"]:
            opened = any(now == 200 and then == 200 for then, now in zip(row["before"], row["after"], strict=True))
            self.still_open += opened
            self.proved += not opened

    def stored(self) -> dict[str, Any]:
        found = vars(self)
        return {name: dict(sorted(one.items())) if isinstance(one, dict) else one for name, one in found.items()}
