"""Asking for a report, and writing it: one table becomes files that all say the same, signed and sealed."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.access import services as access
from compliance.reports import rules
from compliance.reports.models import Report
from compliance.reports.rules import TAKE, Asked, Kind, Table, registered, stamp
from compliance.reports.services import written
from compliance.reports.services.written import Document
from panel.journal import bundles
from panel.kernel import ids, jobs
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.errors import Invalid
from panel.kernel.installation import organisation
from panel.kernel.jobs import Run
from panel.kernel.models import Job

SEALED, COLUMN = "reports_report", "sealed"


def register(kind: Kind) -> None:
    """In hooks: the report, and bundles of its name. Raises ValueError for a second meaning."""
    rules.register(kind)
    bundles.register(kind.name, kind.title)


@transaction.atomic
def ask(*, actor: Actor, kind: str, until: datetime | None, at: datetime, since: datetime | None = None) -> Job:
    """Start a report; without `until` it is about now. Raises Forbidden, Invalid."""
    access.require(actor, TAKE)
    found = registered().get(kind)
    if found is None:
        raise Invalid(fields={"kind": _("Choose one of the reports.")})
    access.require(actor, found.permit)
    wrong = {}
    if until is not None and until > at:
        wrong["until"] = _("This day has not come. Choose one before.")
    if since is not None and (not found.period or since >= (until or at)):
        wrong["since"] = _("It begins after its end.") if found.period else _("This report is about one instant.")
    if wrong:
        raise Invalid(fields=wrong)
    begin = since.isoformat() if since else ""
    return jobs.start("reports.write", actor=actor, kind=kind, until=(until or at).isoformat(), since=begin)


def write(*, run: Run, kind: Kind, asked: Asked) -> None:
    """The job's body. Raises Forbidden when who asked may no longer see what it is about."""
    made = Report.objects.filter(job=run.id).first()
    if made is None:
        access.require(run.actor, kind.permit)
        table = kind.table(asked)
        run.progress(len(table.rows), len(table.rows), gettext_noop("Counted"), unit=gettext_noop("rows"))
        content = files(kind, asked, table)
        with transaction.atomic():
            made = _keep(run, kind, asked, table, content)
            run.checkpoint(1)
    run.result(*made.journal_ref)


def files(kind: Kind, asked: Asked, table: Table) -> dict[str, bytes]:
    """By name; every number in them comes from the table."""
    plain = [{name: row.get(name, "") for name in table.columns} for row in table.rows]
    period = {"from": stamp(asked.since), "until": stamp(asked.until)} if kind.period else {"at": stamp(asked.until)}
    told: dict[str, Any] = {
        "format": 1, "kind": kind.name, "organisation": organisation(), **period, "made_at": stamp(asked.at),
        "count": len(plain), "numbers": {title: dict(lines) for title, lines in table.numbers.items()},
        "method": list(table.method),
    }  # fmt: skip
    doc = _document(kind, table, period, plain)
    return {
        "report.json": written.as_json(told), "rows.csv": written.as_csv(table.columns, plain),
        "rows.json": written.as_json(plain), "report.html": written.as_html(doc), "report.pdf": written.as_pdf(doc),
    }  # fmt: skip


def _document(kind: Kind, table: Table, period: Mapping[str, str], rows: list[dict[str, Any]]) -> Document:
    shown = rows[: written.MOST]
    note = "" if len(shown) == len(rows) else f"The first {len(shown)} of {len(rows)} rows; all stand in rows.csv."
    told = [(name.capitalize(), value or "the beginning") for name, value in period.items()]
    facts = [("Organisation", organisation() or "–"), *told, (table.noun, len(rows))]
    sections = [*table.numbers.items(), ("Method", table.method)]
    return Document(str(kind.title), facts, sections, table.printed, shown, len(rows), note, heading=table.noun)


def _keep(run: Run, kind: Kind, asked: Asked, table: Table, content: Mapping[str, bytes]) -> Report:
    """Sign and store, inside the caller's transaction."""
    about = {"until": stamp(asked.until), "since": stamp(asked.since), "count": len(table.rows)}
    row = Report(id=ids.new_id(asked.at), kind=kind.name, since=asked.since, until=asked.until, job=run.id)
    signed = bundles.sign(actor=run.actor, kind=kind.name, files=content, about=about, obj=row.journal_ref, at=asked.at)
    row.bundle_id, row.manifest, row.count = signed.id, sha256(signed.manifest).hexdigest(), len(table.rows)
    row.made_at, row.made_by_kind, row.made_by_id = asked.at, run.actor.kind, run.actor.id
    row.key_id = keyring.create("journal:report", owners=(row.id,))
    row.sealed = keyring.seal(row.key_id, bundles.pack(signed), table=SEALED, column=COLUMN, row=row.id)
    row.save(force_insert=True)
    return row
