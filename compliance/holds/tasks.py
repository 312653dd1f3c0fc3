"""What holds do by themselves."""

from datetime import timedelta

from django.utils.translation import gettext_noop

from compliance.holds.services import releasing
from panel.kernel import clock
from panel.kernel.jobs import job


@job("holds.release", title=gettext_noop("End legal holds whose day of waiting is over"), every=timedelta(minutes=1))
def release() -> None:
    releasing.release_due(clock.now())
