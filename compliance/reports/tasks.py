"""The job of the reports."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from compliance.reports.rules import Asked, registered
from compliance.reports.services import making
from panel.kernel import clock
from panel.kernel.jobs import Run, job


@job("reports.write", title=gettext_noop("Write a signed report"), long=True, limit=timedelta(hours=1))
def write(run: Run, kind: str, until: str, since: str) -> None:
    begin = datetime.fromisoformat(since) if since else None
    asked = Asked(begin, datetime.fromisoformat(until), clock.now())
    making.write(run=run, kind=registered()[kind], asked=asked)
