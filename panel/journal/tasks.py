"""The ledger's jobs."""

from datetime import timedelta

from django.utils.translation import gettext_noop

from panel.journal import addresses, sealing
from panel.kernel import clock
from panel.kernel.jobs import job


@job("journal.seal", title=gettext_noop("Seal the journal"), every=timedelta(seconds=1))
def seal() -> None:
    """Seal what waits; a backlog is worked off in batches."""
    at = clock.now()
    sealing.flush_refusals(at=at)
    while sealing.seal(at=at) == sealing.BATCH:
        pass


@job("journal.forget_addresses", title=gettext_noop("Destroy old address keys"), every=timedelta(hours=1), deletes=True)
def forget_addresses() -> None:
    addresses.forget_before(clock.now().date())
