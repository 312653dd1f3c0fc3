"""The report of a closed campaign: one signed bundle, all of whose files say the same."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from compliance.reports.services import written
from compliance.reports.services.written import Document
from compliance.reviews.models import Campaign, Report
from compliance.reviews.queries import words
from compliance.reviews.queries.words import Words
from compliance.reviews.rules import populations
from compliance.reviews.rules.flags import FLAGS
from compliance.reviews.rules.populations import stamp
from compliance.reviews.rules.scope import Scope
from compliance.reviews.rules.states import ITEM_WORDS
from compliance.reviews.rules.states import Item as State
from compliance.reviews.rules.tables import COLUMNS, METHOD, Numbers
from compliance.reviews.services.reports import data, drift, kept
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.installation import organisation

KIND = "reviews.campaign"
PRINTED = (
    ("place", "No."), ("holder", "Who"), ("right", "Right"), ("object", "Where"), ("given_by", "Given by"),
    ("used_at", "Last used"), ("flags", "Flags"), ("state", "State"), ("decided_by", "Decided by"), ("reason", "Reason"),
    ("before", "Before"), ("after", "After"), ("exception", "Exception"),
)  # fmt: skip


def make(*, actor: Actor, campaign: Campaign, at: datetime) -> Report:
    """Count, write, sign and store, inside the transaction that closes it. Fills in the campaign's numbers and drift."""
    rows, numbers = list(data.rows(campaign)), Numbers()
    for row in rows:
        numbers.add(row)
    moved = list(drift.lines(campaign, at))
    counted = Counter(what for what, _line in moved)
    campaign.numbers = numbers.stored()
    campaign.drift = {what: counted[what] for what in ("added", "ended", "changed")}
    pace = data.paces(campaign)
    facts = [bytes(one) for one in campaign.items.values_list("facts", flat=True)]
    if populations.digest(facts) != campaign.digest or len(facts) != campaign.count:
        raise RuntimeError("The frozen population is not the one that was counted.")
    doc = _document(campaign, rows, numbers, pace)
    files = {
        "report.json": written.as_json(_told(campaign, numbers, pace)),
        "rows.csv": written.as_csv(COLUMNS, rows),
        "rows.json": written.as_json(rows),
        "population.jsonl": b"".join(populations.lines(facts)),
        "drift.jsonl": b"".join(line for _what, line in moved),
        "decisions.jsonl": b"".join(data.decision_lines(campaign)),
        "evidence.jsonl": b"".join(data.evidence_lines(campaign)),
        "report.html": written.as_html(doc),
        "report.pdf": written.as_pdf(doc),
    }
    about = {"review": str(campaign.id), "count": campaign.count, "population": campaign.digest}
    return kept.keep(kept.Made(KIND, files, about, campaign.journal_ref), actor=actor, at=at, campaign=campaign)


def _scope(campaign: Campaign) -> str:
    scope = Scope.of(campaign.scope)
    found = [words.kind_word(kind) for kind in scope.kinds] or ["every kind of right"]
    found += [f"object {scope.obj}"] if scope.obj else []
    found += [f"team {scope.team}"] if scope.team else []
    return ", ".join([*found, *([f"role {scope.role}"] if scope.role else [])])


def _told(campaign: Campaign, numbers: Numbers, pace: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "format": 1,
        "review": str(campaign.id),
        "name": campaign.name,
        "organisation": organisation(),
        "scope": campaign.scope,
        "reviewers": campaign.reviewers,
        "default": campaign.default,
        "begun_at": stamp(campaign.made_at),
        "frozen_at": stamp(campaign.frozen_at),
        "due_at": stamp(campaign.due_at),
        "escalated_at": stamp(campaign.escalated_at),
        "closed_at": stamp(campaign.closed_at),
        "population": {"count": campaign.count, "sha256": campaign.digest, "file": "population.jsonl"},
        "drift": campaign.drift,
        "numbers": numbers.stored(),
        "pace": pace,
        "method": list(METHOD),
    }


def _document(campaign: Campaign, rows: list[dict[str, Any]], numbers: Numbers, pace: list[dict[str, Any]]) -> Document:
    said = Words(SYSTEM)
    said.learn_people([one for one in (campaign.made_by_id, campaign.closed_by_id) if one])
    facts: list[tuple[str, Any]] = [
        ("Organisation", organisation() or "–"),
        ("Scope", _scope(campaign)),
        ("Begun", f"{stamp(campaign.made_at)} by {said.person(campaign.made_by_id, campaign.made_by_kind)}"),
        ("Frozen", f"{stamp(campaign.frozen_at)}: {campaign.count} rights"),
        ("SHA-256 of population.jsonl", campaign.digest),
        ("Closed", f"{stamp(campaign.closed_at)} by {said.person(campaign.closed_by_id, campaign.closed_by_kind)}"),
        ("Default at the due date", campaign.default),
    ]
    shown = rows[: written.MOST]
    note = "" if len(shown) == len(rows) else f"The first {len(shown)} of {len(rows)} rights; all stand in rows.csv."
    return Document(campaign.name, facts, _sections(campaign, numbers, pace), PRINTED, shown, len(rows), note)


def _sections(campaign: Campaign, numbers: Numbers, pace: list[dict[str, Any]]) -> list[tuple[str, Sequence[Any]]]:
    decided = [(str(ITEM_WORDS[state]), numbers.states[state]) for state in State if numbers.states[state]]
    paces = [(one["reviewer"], _pace(one)) for one in pace]
    return [
        ("Decisions", [("Rights", numbers.count), *decided, ("By default", numbers.by_default)]),
        ("Kinds", [(words.kind_word(kind), count) for kind, count in sorted(numbers.kinds.items())]),
        ("Flags", [(str(FLAGS.get(one, one)), count) for one, count in sorted(numbers.flags.items())]),
        (
            "Evidence",
            [("Revoked and shut on every route", numbers.proved), ("Revoked, open another way", numbers.still_open)],
        ),
        ("Exceptions", sorted(numbers.exceptions.items())),
        ("Drift", list(_drift(campaign.drift or {}).items())),
        ("Pace", paces),
        ("Method", list(METHOD)),
    ]


def _pace(one: Mapping[str, Any]) -> str:
    middle = "–" if one["median_seconds"] is None else one["median_seconds"]
    batches = f"{one['batches']} batches (largest {one['largest_batch']})"
    return f"{one['decisions']} decisions, {batches}, median {middle} s, {one['quick']} within 3 s"


def _drift(found: Mapping[str, int]) -> dict[str, int]:
    titles = {"added": "Added since", "ended": "Ended otherwise", "changed": "Changed otherwise"}
    return {titles[name]: count for name, count in found.items()}
