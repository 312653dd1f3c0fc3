"""Upkeep of elevation."""

from datetime import timedelta

from django.utils.translation import gettext_noop

from accounts.elevation.services import glass
from panel.kernel import clock
from panel.kernel.jobs import job


@job("elevation.tidy", title=gettext_noop("Write down emergencies whose time is over"), every=timedelta(minutes=1))
def tidy() -> None:
    glass.close_late(clock.now())
