"""The report of retention: what went, step by step, what a hold kept, and how old the oldest record of each class is."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext_lazy as _

from compliance.reports.rules import Asked, Kind, Table, stamp
from compliance.retention import queries
from compliance.retention.models import Run, Step
from compliance.retention.rules.permits import VIEW

COLUMNS = (
    "run", "reason", "as_of", "class", "category", "store", "unit", "part", "gone", "held", "dropped", "root", "at",
)  # fmt: skip
PRINTED = [("at", "At"), ("class", "Class"), ("store", "Store"), ("unit", "Unit"), ("gone", "Gone"), ("held", "Held back"),
           ("dropped", "Partition dropped"), ("run", "Run")]  # fmt: skip
METHOD = [
    (
        "Each row is one step of a run: one transaction that deleted records or dropped a partition, written with it or not. "
        "The table of steps is append-only."
    ),
    (
        "root is the Merkle root over the salted hashes of what went; the run's own signed bundle holds what is needed to compare "
        "(docs/reference/retention-format.md)."
    ),
    "Held back are records that were due and that a legal hold keeps.",
    (
        "Steps and runs are those of the period. Periods of the classes and the age of the oldest record are those of "
        "the moment at which this report was made."
    ),
]


def table(asked: Asked) -> Table:
    """Steps between the two instants, in their order."""
    found = Step.objects.filter(at__lte=asked.until).select_related("run").order_by("id")
    runs = Run.objects.filter(made_at__lte=asked.until)
    if asked.since is not None:
        found, runs = found.filter(at__gte=asked.since), runs.filter(made_at__gte=asked.since)
    categories = {one["name"]: one["category"] for one in queries.rules_in_force(asked.at)}
    rows = [_row(one, categories) for one in found.iterator(chunk_size=2000)]
    return Table(COLUMNS, PRINTED, rows, _numbers(rows, runs, asked), METHOD, "Steps")


def _row(one: Step, categories: dict[str, str]) -> dict[str, Any]:
    return {
        "run": str(one.run_id), "reason": one.run.reason, "as_of": stamp(one.run.as_of), "class": one.rule,
        "category": categories.get(one.rule, ""), "store": one.store, "unit": one.unit, "part": one.part, "gone": one.gone,
        "held": one.held_count, "dropped": one.dropped, "root": bytes(one.root).hex(), "at": stamp(one.at),
    }  # fmt: skip


def _numbers(rows: list[dict[str, Any]], runs: Any, asked: Asked) -> dict[str, list[tuple[str, Any]]]:
    gone: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for row in rows:
        gone[row["class"]] += row["gone"]
        held[row["class"]] += row["held"]
    states = Counter(runs.values_list("state", flat=True))
    oldest = [
        (f"{one.rule.name}, {one.store}", f"{one.age.days} of {one.days} days{', LATE' if one.is_late else ''}")
        for one in queries.gauges(asked.at)
    ]
    return {
        "Totals": [("Gone", gone.total()), ("Held back", held.total()), ("Runs", states.total())],
        "Gone by class": sorted(gone.items()),
        "Held back by class": sorted(held.items()),
        "Runs by state": sorted(states.items()),
        "Periods in force, in days": [(one["name"], one["days"]) for one in queries.rules_in_force(asked.at)],
        "Oldest record": oldest,
    }


KIND = Kind(
    "retention.report",
    _("Retention"),
    _("What was deleted because its time was over, what a hold kept, and how old the oldest record is."),
    VIEW,
    table,
)  # fmt: skip
