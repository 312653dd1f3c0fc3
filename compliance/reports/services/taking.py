"""Taking a report out: the whole bundle or one of its files. That it was taken is an event."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.reports.models import Report
from compliance.reports.rules import PARTS, TAKE, registered
from compliance.reports.services.making import COLUMN, SEALED
from panel.journal import bundles
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.errors import Missing


def take(*, actor: Actor, report: Report, part: str, at: datetime) -> tuple[str, str, bytes]:
    """(file name, content type, bytes) of "zip" or one of `PARTS`. Raises Forbidden, Missing."""
    access.require(actor, TAKE)
    kind = registered().get(report.kind)
    if kind is None or (part != "zip" and part not in PARTS):
        raise Missing(_("There is no such part of a report."))
    access.require(actor, kind.permit)
    packed = keyring.open_sealed(bytes(report.sealed), table=SEALED, column=COLUMN, row=report.id)
    with transaction.atomic():
        journal.record("reports.report.taken", actor=actor, obj=report, detail={"part": part}, at=at)
    return picked(packed, part, f"{kind.word}-{report.until:%Y-%m-%d}-{str(report.id)[-6:]}", at)


def picked(packed: bytes, part: str, name: str, at: datetime) -> tuple[str, str, bytes]:
    """The same of a packed bundle with the files of `PARTS`, whosever it is."""
    signed = bundles.unpack(packed)
    if part == "zip":
        return f"{name}.zip", "application/zip", bundles.archive(signed, at=at)
    file, content = PARTS[part]
    return f"{name}.{part}", content, b"".join(signed.files[file].chunks())
