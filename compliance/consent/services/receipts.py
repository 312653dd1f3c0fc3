"""Receipts in the shape of ISO/IEC TS 27560:2023: what was said yes or no to, in which words, signed, for offline proof."""

from datetime import datetime
from typing import Any

from compliance.consent.models import Record
from compliance.consent.rules.purposes import Words
from compliance.consent.rules.states import Act
from compliance.policies.rules.content import Text
from panel.journal import bundles
from panel.journal.rules import canonical
from panel.kernel.actors import Actor
from panel.kernel.installation import organisation

KIND = "consent.receipt"
SCHEMA = "ISO/IEC TS 27560:2023"
_STATES = {
    Act.GIVE: "consent given",
    Act.WITHDRAW: "consent withdrawn",
    Act.SIGNAL: "consent withdrawn",
    Act.OBJECT: "objection upheld",
}


def build(*, actor: Actor, record: Record, at: datetime) -> bundles.Built:
    """The signed bundle of one act, for its subject. Outside of any transaction."""
    files = {"receipt.json": canonical.encode(receipt(record)), **_words(record)}
    about = {"record": str(record.id), "subject": str(record.subject_id), "purpose": record.purpose.slug}
    return bundles.build(actor=actor, kind=KIND, files=files, about=about, obj=record, at=at)


def receipt(record: Record) -> dict[str, Any]:
    """The receipt as JSON: times are UTC ISO instants, durations ISO 8601, the principal a pseudonym."""
    words = Words.of(record.version.texts[record.language])
    return {
        "header": {
            "schema_version": SCHEMA,
            "record_id": str(record.id),
            "pii_principal_id": str(record.subject_id),
        },
        "processing": {
            "language": record.language,
            "privacy_notice": _notice(record),
            "purposes": [
                {
                    "purpose_id": record.purpose.slug,
                    "purpose": words.label,
                    "purpose_type": record.purpose.use,
                    "lawful_basis": record.purpose.basis,
                    "text_version": record.version.number,
                    "text_sha256": record.words,
                    "withdrawal_method": "/privacy/choices/",
                }
            ],
        },
        "party_identification": [
            {"party_id": "controller", "party_name": organisation() or "–", "party_role": "controller"}
        ],
        "events": [_event(record)],
    }


def _notice(record: Record) -> dict[str, Any]:
    notice = record.notice_version
    if notice is None:
        return {}
    return {"policy": notice.policy.slug, "version": notice.number, "text_sha256": record.notice_words}


def _words(record: Record) -> dict[str, bytes]:
    """The exact words, so that their hashes in the receipt can be computed again."""
    words = Words.of(record.version.texts[record.language])
    found = {
        "purpose.json": canonical.encode(
            {"format": 1, "purpose": record.purpose.slug, "language": record.language, **words.stored}
        )
    }
    notice = record.notice_version
    for language, digest in (notice.digests if notice else {}).items():
        if notice is not None and digest == record.notice_words:
            text = Text.of(notice.texts[language])
            told = {"format": 1, "policy": notice.policy.slug, "language": language, **text.stored}
            found["notice.json"] = canonical.encode(told)
    return found


def _event(record: Record) -> dict[str, Any]:
    notice = record.notice_version
    return {
        "event_time": record.at.isoformat(),
        "event_type": "explicit" if record.act == Act.GIVE else record.act,
        "event_state": _STATES[Act(record.act)],
        "channel": record.channel,
        "entity_id": record.by_kind,
        "validity_until": record.expires_at.isoformat() if record.expires_at else "",
        "age_confirmed": record.age_confirmed,
        "journal_leaf": str(record.leaf_id),
        "notice_version": notice.number if notice else 0,
    }
