"""Signing a report's files and storing the bundle sealed; taking it out is an event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.reports.rules import PARTS
from compliance.reports.services.taking import picked
from compliance.reviews.models import Campaign, Report
from compliance.reviews.rules.permits import VIEW
from panel.journal import bundles
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.errors import Missing

TABLE, COLUMN = "reviews_report", "sealed"


@dataclass(frozen=True)
class Made:
    kind: str
    files: Mapping[str, bytes]
    about: Mapping[str, Any]
    obj: tuple[str, UUID] | None = None


def keep(
    made: Made, *, actor: Actor, at: datetime, campaign: Campaign | None = None, as_of: datetime | None = None
) -> Report:
    """Sign and store, inside the caller's transaction."""
    signed = bundles.sign(actor=actor, kind=made.kind, files=made.files, about=made.about, obj=made.obj, at=at)
    report_id = ids.new_id(at)
    key = keyring.create("journal:report", owners=(report_id,))
    row = Report(
        id=report_id, kind=made.kind, campaign=campaign, as_of=as_of, bundle_id=signed.id, key_id=key, made_at=at
    )
    row.manifest, row.made_by_kind, row.made_by_id = sha256(signed.manifest).hexdigest(), actor.kind, actor.id
    row.sealed = keyring.seal(key, bundles.pack(signed), table=TABLE, column=COLUMN, row=row.id)
    row.save(force_insert=True)
    return row


def take(*, actor: Actor, report: Report, part: str, at: datetime) -> tuple[str, str, bytes]:
    """(file name, content type, bytes) of the whole bundle ("zip") or one of its files. Raises Forbidden, Missing."""
    access.require(actor, VIEW)
    if part != "zip" and part not in PARTS:
        raise Missing(_("There is no such part of a report."))
    packed = keyring.open_sealed(bytes(report.sealed), table=TABLE, column=COLUMN, row=report.id)
    with transaction.atomic():
        journal.record("reviews.report.taken", actor=actor, obj=report, detail={"part": part}, at=at)
    name = f"{'access-review' if report.campaign_id else 'rights'}-{report.made_at:%Y-%m-%d}-{str(report.id)[-6:]}"
    return picked(packed, part, name, at)
