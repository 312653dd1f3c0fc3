"""Jobs of requests."""

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext_noop

from compliance.requests.queries import reading
from compliance.requests.services import tending
from compliance.requests.services.copies import packing
from compliance.requests.services.erasure import executing
from panel.kernel import clock
from panel.kernel.jobs import Run, job


@job("requests.tend", title=gettext_noop("Remind of requests and end old copies"), every=timedelta(minutes=15))
def tend() -> None:
    tending.tend(at=clock.now())


@job("requests.erase", title=gettext_noop("Erase a person’s data"), long=True, limit=timedelta(hours=6))
def erase(run: Run, request: str) -> None:
    executing.erase(run, UUID(request))


@job("requests.pack", title=gettext_noop("Make a copy of a person’s data"), long=True, limit=timedelta(hours=3))
def pack(run: Run, request: str) -> None:
    row = reading.get(UUID(request))
    if row is not None:
        packing.build(run, row)
