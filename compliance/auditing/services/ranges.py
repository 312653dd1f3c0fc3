"""A range of the journal as a signed bundle: everything that verify.py, verify.html or a verifier of one's own needs to judge it
elsewhere, also when somebody altered the database."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.access import services as access
from compliance.auditing.models import Receipt
from compliance.auditing.rules import MOST_TAKEN, VIEW
from compliance.auditing.services import extracts
from panel.journal import bundles
from panel.journal import services as journal
from panel.journal.drafts import Draft
from panel.journal.rules.leaf import instant
from panel.kernel import jobs
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.crypto.envelope import EnvelopeError
from panel.kernel.errors import Conflict, Invalid
from panel.kernel.jobs import Run
from panel.kernel.models import Job


@transaction.atomic
def start(*, actor: Actor, first: int | None, last: int | None, at: datetime) -> Job:
    """Begin; the bundle waits on the job's page for whoever started it. Raises Forbidden, Invalid."""
    access.require(actor, VIEW)
    begin, wrong = first or 0, {}
    wanted = extracts.of(begin, last)
    if begin < 0 or begin >= wanted.end:
        wrong["first"] = _("The journal has no such entry.")
    if last is not None and last < begin:
        wrong["last"] = _("It ends before it begins.")
    elif wanted.end - begin > MOST_TAKEN:
        wrong["last"] = _("One bundle holds at most %(n)s entries. Take several.") % {"n": f"{MOST_TAKEN:,}"}
    if wrong:
        raise Invalid(fields=wrong)
    detail = {"form": "bundle", "first": begin, "last": last}
    journal.record("auditing.journal.exported", actor=actor, detail=detail, at=at)
    return jobs.start("auditing.take", actor=actor, first=begin, last="" if last is None else last)


def write(*, run: Run, first: int, last: int | None, at: datetime) -> None:
    """The job's body. Raises Conflict when no key is left that could sign."""

    def told(count: int) -> None:
        run.progress(count, None, gettext_noop("Written"), unit=gettext_noop("entries"))

    with Draft() as draft:
        taken = extracts.take(draft, first, last, told)
        draft.add("receipts.jsonl", _receipts())
        about = {"entries": taken.end - taken.first, "first": taken.first, "last": taken.end - 1}
        try:
            with transaction.atomic():
                signed = bundles.sign(actor=run.actor, kind=extracts.KIND, files=draft.files, about=about, at=at)
        except (EnvelopeError, keyring.KeyGone):
            exchanged = _(
                "The journal's signing key in the database is none that this installation made: somebody exchanged it. "
                "Nothing can be signed until it is back from a backup."
            )
            raise Conflict(exchanged) from None
        run.deliver(f"journal-{taken.first}-{taken.end - 1}.zip", bundles.stream(signed, at=at))


def _receipts() -> Iterator[bytes]:
    """Checkpoints that outsiders signed: each must still be one of this journal."""
    for row in Receipt.objects.order_by("size", "id").iterator(chunk_size=500):
        yield extracts.line(
            by=row.by, data=bytes(row.data).hex(), kind=row.kind, note=row.note, size=row.size, told_at=instant(row.told_at)
        )  # fmt: skip
