"""Lines of the consent ledger, and the standing that the gateway follows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from compliance.consent.models import Purpose, PurposeVersion, Record, Standing
from compliance.consent.rules.states import Act, State
from compliance.policies.models import PolicyVersion
from compliance.subjects.models import Subject
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.db import epochs


@dataclass(frozen=True, slots=True)
class Shown:
    """What the person saw: the digest of the purpose's words in this language, and of the notice's ("" without one)."""

    language: str
    words: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """All that one line of the ledger is made of."""

    actor: Actor
    subject: Subject
    purpose: Purpose
    act: Act
    version: PurposeVersion
    notice: PolicyVersion | None
    seen: Shown
    channel: str
    at: datetime


def write(one: Drawn, after: State, *, age_confirmed: bool, source: str | None) -> Record:
    row = Record(
        id=ids.new_id(one.at), subject=one.subject, purpose=one.purpose, version=one.version, act=one.act, at=one.at,
        channel=one.channel, language=one.seen.language, words=one.seen.words,
        notice_version=one.notice, notice_words=one.seen.notice,
        age_confirmed=age_confirmed and one.purpose.age > 0, by_kind=one.actor.kind, by_id=one.actor.id,
        key_id=one.subject.key_id,
        source=source,
    )  # fmt: skip
    if one.act is Act.GIVE and one.purpose.expires_days:
        row.expires_at = one.at + timedelta(days=one.purpose.expires_days)
    row.leaf_id = _tell(one.actor, row, after)
    row.save(force_insert=True)
    return row


def stand(row: Record, after: State, at: datetime) -> None:
    Standing.objects.update_or_create(
        subject=row.subject,
        purpose=row.purpose,
        defaults={
            "record": row, "state": after, "version": row.version.number,
            "notice": row.notice_version.number if row.notice_version else 0,
            "expires_at": row.expires_at, "since": at, "epoch": epochs.bump(),
        },
    )  # fmt: skip


def _tell(actor: Actor, row: Record, after: State) -> UUID:
    detail = {
        "subject": str(row.subject_id), "purpose": str(row.purpose_id), "state": after.value, "channel": row.channel,
        "words": row.words, "notice": row.notice_words, "language": row.language,
    }  # fmt: skip
    return journal.record(f"consent.choice.{after.value}", actor=actor, obj=row, detail=detail, at=row.at)
