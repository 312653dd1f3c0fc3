"""Keeping calls: from frames of the gateway to statistics and sealed content. Every verb here may run twice."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.credentials.services import uses
from assistants.catalog.models import Assistant
from assistants.conversations import rules
from assistants.conversations.models import Call, CallContent, Reveal
from assistants.conversations.services import late, records, retained
from compliance.consent import queries as consent
from compliance.subjects.rules import Kind
from compliance.subjects.services import naming as subjects
from compliance.subjects.services.naming import Name
from panel.journal import services as journal
from panel.kernel import actors
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs, partitions
from panel.kernel.errors import Conflict, Invalid, Missing
from panel.kernel.models import DataKey

TABLE, COLUMN = rules.SEALED_IN


class Restricted(Conflict):
    """The person's data is stored and not processed (GDPR Art. 18)."""

    code = "processing_restricted"


@dataclass(frozen=True)
class Frame:
    """A record as the gateway wrote it; see gateway.engine.ledger.payload."""

    id: UUID
    data: bytes


@dataclass
class Kept:
    """`failed`: ids of unreadable frames; `turned_away`: minutes of refusals to journal; `faults`: by assistant and code."""

    calls: int = 0
    failed: list[UUID] = field(default_factory=list)
    turned_away: list[dict[str, Any]] = field(default_factory=list)
    faults: Counter[tuple[UUID, str]] = field(default_factory=Counter)


Found = tuple[UUID, dict[str, Any], Call]  # frame's id, record, row


Unseal = Callable[[UUID, str, bytes], bytes]


def store(*, frames: Iterable[Frame], unseal: Unseal) -> Kept:
    """Keep frames inside the caller's transaction; a call that is there already stays as it is.

    `unseal(call id, text, part)` opens what the gateway sealed to the worker: b"" for the content, b"who" for the end user.
    """
    kept = Kept()
    pairs = _rows(frames, kept, unseal)
    coming = _name_subjects(pairs)
    classes = retained.classes(row for _frame, record, row in pairs if record.get("content"))
    contents, rows = [], []
    for frame_id, record, row in pairs:
        try:
            if (sealed := record.get("content")) and row.id not in coming:
                contents.append(_content(row, unseal(row.id, sealed, b""), classes))
                row.stored = contents[-1].retention
        except ValueError:
            kept.failed.append(frame_id)
            continue
        rows.append(row)
        if record.get("final"):
            kept.turned_away.append(record)
    _insert(rows, contents)
    _count_up(rows)
    uses.used(
        uses=[
            uses.Use(row.key, row.at, record.get("network", ""), record.get("scope", ""), row.assistant)
            for _frame, record, row in pairs
            if row.key is not None
        ]
    )
    kept.faults.update((row.assistant, row.error) for row in rows if row.assistant and row.error)
    kept.calls = len(rows)
    return kept


def _rows(frames: Iterable[Frame], kept: Kept, unseal: Unseal) -> list[Found]:
    found: list[Found] = []
    for frame in frames:
        try:
            record = orjson.loads(frame.data)
            row = records.row_of(record)
            if who := record.get("who"):
                record["subject"] = unseal(row.id, who, b"who").decode()
        except (ValueError, KeyError, TypeError):
            kept.failed.append(frame.id)
        else:
            found.append((frame.id, record, row))
    return found


def _name_subjects(found: list[Found]) -> set[UUID]:
    """End users by their digest within an assistant; callers that name nobody are one subject per API key. Answers with
    calls from before their person was erased: of them nothing that was said is kept."""
    names, rows = [], []
    for _frame, record, row in found:
        if record.get("kept") == "nothing":
            continue
        if record.get("subject") and row.assistant is not None:
            names.append(Name(Kind.END_USER, record["subject"], row.assistant))
        elif row.key is not None:
            names.append(Name(Kind.API_KEY, str(row.key)))
        elif row.person is not None:
            names.append(Name(Kind.ACCOUNT, str(row.person)))
        else:
            continue
        rows.append(row)
    coming = late.found(names, rows)
    known = [(name, row) for name, row in zip(names, rows, strict=True) if row.id not in coming]
    for (_name, row), subject in zip(known, subjects.subjects_for(name for name, _row in known), strict=True):
        row.subject = subject
    return coming


def journal_turned_away(*, records: Iterable[dict[str, Any]]) -> None:
    """One journal line for each (route, reason, address, minute); call it outside a transaction."""
    for record in records:
        journal.record_refusal(
            actor=actors.ANONYMOUS,
            route=record["route"],
            reason=record["error"],
            at=datetime.fromisoformat(record["at"]),
            address=record["address"],
            times=record["count"],
        )


def _insert(rows: list[Call], contents: list[CallContent]) -> None:
    """A day whose partition is missing (an old spool that was found late) gets it, once."""
    if not rows:
        return
    try:
        with transaction.atomic():
            _bulk(rows, contents)
    except IntegrityError:
        days = [row.day for row in rows]
        partitions.ensure(min(days), max(days))
        _bulk(rows, contents)


def _bulk(rows: list[Call], contents: list[CallContent]) -> None:
    Call.objects.bulk_create(rows, ignore_conflicts=True)
    CallContent.objects.bulk_create(contents, ignore_conflicts=True)


def _count_up(rows: list[Call]) -> None:
    """The same minute told again says the higher number."""
    for row in rows:
        if row.count > 1:
            Call.objects.filter(day=row.day, id=row.id, count__lt=row.count).update(count=row.count)


def _content(row: Call, plain: bytes, classes: dict[UUID, str]) -> CallContent:
    if row.subject is None or row.assistant is None:
        raise ValueError("Content without a subject and an assistant cannot be kept.")
    key_id = content_key(subject=row.subject, assistant=row.assistant)
    sealed = keyring.seal(key_id, plain, table=TABLE, column=COLUMN, row=row.id)
    return CallContent(
        retention=classes[row.assistant],
        day=row.day,
        id=row.id,
        assistant=row.assistant,
        subject=row.subject,
        sealed=sealed,
    )


def content_key(*, subject: UUID, assistant: UUID) -> UUID:
    """The one key of what this subject and this assistant said to each other, made on first use."""
    keys = DataKey.objects.filter(
        owner=subject, second_owner=assistant, purpose="content", destroyed_at__isnull=True
    ).values_list("id", flat=True)
    found = keys.first()
    if found:
        return found
    with transaction.atomic():
        epochs.lock(f"content-key:{subject}:{assistant}")
        return keys.first() or keyring.create("content", owners=(subject, assistant))


def reveal(*, actor: Actor, call: Call, assistant: Assistant | None, reason: str, at: datetime) -> Reveal:
    """Let the actor read what was said in a call for a quarter of an hour. Raises Forbidden, NeedsFreshFactor, Missing
    when nothing is stored, Restricted, and Invalid without a reason that says something."""
    access.require(actor, rules.REVEAL, assistant)
    if not call.stored or call.subject is None or call.assistant is None or actor.id is None:
        raise Missing(_("The content of this call is not stored."))
    if consent.restriction(call.subject):
        raise Restricted(
            _(
                "This person had the processing of their data restricted. It is stored and not read until that is lifted."
            )
        )
    reason = reason.strip()
    if not rules.REASON_LEAST <= len(reason) <= rules.REASON_MOST:
        raise Invalid(fields={"reason": _("Say in a sentence why you must read this.")})
    with transaction.atomic():
        found = Reveal(call=call.id, person=actor.id, at=at, until=at + rules.REVEALED_FOR, reason=reason)
        found.key_id = content_key(subject=call.subject, assistant=call.assistant)
        found.save(force_insert=True)
        detail = {"call": str(call.id), "until": found.until.isoformat()}
        about = [(actor.id, {"reason": reason})]
        place = ("assistant", call.assistant)
        journal.record("conversations.content.revealed", actor=actor, obj=place, detail=detail, personal=about, at=at)
    return found
