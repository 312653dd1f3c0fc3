"""Jobs of the journal's pages."""

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext_noop

from compliance.auditing import queries
from compliance.auditing.services import exports, ranges, shipping, verifying
from panel.kernel import clock
from panel.kernel.jobs import Run, job


@job("auditing.export", title=gettext_noop("Export the journal"), long=True, limit=timedelta(hours=2))
def export(run: Run, form: str, **chosen: str) -> None:
    exports.write(run, form, queries.Chosen.of(chosen))


@job("auditing.take", title=gettext_noop("Take out the journal as a bundle"), long=True, limit=timedelta(hours=2))
def take(run: Run, first: str, last: str) -> None:
    ranges.write(run=run, first=int(first), last=int(last) if last else None, at=clock.now())


@job("auditing.verify", title=gettext_noop("Verify the journal"), long=True, limit=timedelta(hours=6))
def verify(run: Run, verification: str) -> None:
    verifying.run_check(run=run, verification_id=UUID(verification), at=clock.now())


@job("auditing.ship", title=gettext_noop("Send the journal to its sinks"), every=timedelta(seconds=5))
def ship() -> None:
    shipping.work(clock.now())
