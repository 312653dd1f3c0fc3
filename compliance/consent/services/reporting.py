"""The report of consent: how each person stood on each purpose at an instant, from the ledger, by pseudonym."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from compliance.consent.models import Purpose, Record
from compliance.consent.rules.permits import VIEW
from compliance.consent.rules.purposes import Basis
from compliance.consent.rules.states import Act, State, standing
from compliance.policies.models import PolicyVersion
from compliance.reports.rules import Asked, Kind, Table, stamp

COLUMNS = (
    "purpose", "subject", "state", "act", "since", "version", "needed_version", "words", "notice_version", "needed_notice",
    "expires_at", "channel", "language", "record",
)  # fmt: skip
PRINTED = [("purpose", "Purpose"), ("subject", "Subject"), ("state", "State"), ("since", "Since"), ("version", "Words"),
           ("channel", "Channel"), ("expires_at", "Expires")]  # fmt: skip
METHOD = [
    (
        "Each row is the last act of one data subject about one purpose at the instant, from the ledger of consents, which is "
        "append-only. Who never said anything has no row."
    ),
    (
        "given counts; withdrawn was taken back, a Global Privacy Control signal included; stale was given to words that a "
        "material version had replaced by then; expired ran out by then. The gateway refuses all but given."
    ),
    "words is the SHA-256 of the exact text that was shown. record is the id that the person's receipt names.",
    "Subjects stand here by pseudonym; who has several counts once for each.",
]
Needed = tuple[int, int]


def table(asked: Asked) -> Table:
    """How it stood at `asked.until`."""
    purposes = list(Purpose.objects.filter(created_at__lte=asked.until, basis=Basis.CONSENT).order_by("slug"))
    needed = {one.id: _needed(one, asked.until) for one in purposes}
    rows = [_row(one, needed[one.purpose_id], asked.until) for one in _last(purposes, asked.until)]
    rows.sort(key=lambda row: (row["purpose"], row["subject"]))
    return Table(COLUMNS, PRINTED, rows, _numbers(rows, purposes, asked), METHOD, "Consents")


def _last(purposes: list[Purpose], until: datetime) -> Any:
    found = Record.objects.filter(purpose__in=purposes, at__lte=until).order_by("purpose_id", "subject_id", "-id")
    return found.distinct("purpose_id", "subject_id").select_related("purpose", "version", "notice_version").iterator()


def _needed(purpose: Purpose, until: datetime) -> Needed:
    """The least versions of words and notice that counted at the instant."""
    words = purpose.versions.filter(material=True, at__lte=until).aggregate(n=Max("number"))["n"]
    notices = PolicyVersion.objects.filter(policy=purpose.notice_id, material=True, effective_at__lte=until)
    return words or 1, notices.aggregate(n=Max("number"))["n"] or 0


def _row(one: Record, needed: Needed, until: datetime) -> dict[str, Any]:
    written = State.GIVEN if one.act == Act.GIVE else State.WITHDRAWN
    notice = one.notice_version.number if one.notice_version else 0
    state = standing(written, seen=(one.version.number, notice), needed=needed, expires_at=one.expires_at, at=until)
    return {
        "purpose": one.purpose.slug, "subject": str(one.subject_id), "state": state.value, "act": one.act,
        "since": stamp(one.at), "version": one.version.number, "needed_version": needed[0], "words": one.words,
        "notice_version": notice or "", "needed_notice": needed[1] or "", "expires_at": stamp(one.expires_at),
        "channel": one.channel, "language": one.language, "record": str(one.id),
    }  # fmt: skip


def _numbers(rows: list[dict[str, Any]], purposes: list[Purpose], asked: Asked) -> dict[str, list[tuple[str, Any]]]:
    counted = Counter((row["purpose"], row["state"]) for row in rows)
    states = (State.GIVEN, State.STALE, State.EXPIRED, State.WITHDRAWN)
    found: dict[str, list[tuple[str, Any]]] = {
        "Totals": [(state.value, sum(counted[one.slug, state.value] for one in purposes)) for state in states]
    }
    for one in purposes:
        gone = one.retired_at is not None and one.retired_at <= asked.until
        title = f"Purpose {one.slug}{' (retired)' if gone else ''}"
        found[title] = [(state.value, counted[one.slug, state.value]) for state in states]
    return found


KIND = Kind(
    "consent.coverage",
    _("Consent coverage"),
    _("How each person stood on each purpose at an instant, and which words they had seen."),
    VIEW,
    table,
    period=False,
)
