"""Upkeep of approvals."""

from datetime import timedelta

from django.utils.translation import gettext_noop

from accounts.approvals.services import asking
from panel.kernel import clock
from panel.kernel.jobs import job


@job("approvals.expire", title=gettext_noop("Close approvals that nobody answered"), every=timedelta(minutes=1))
def expire() -> None:
    while asking.expire(clock.now()):
        pass
