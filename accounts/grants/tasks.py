"""Jobs of grants."""

from datetime import timedelta

from django.utils.translation import gettext_noop

from accounts.grants import services
from panel.kernel import clock
from panel.kernel.jobs import job


@job("grants.expire", title=gettext_noop("Let rights run out that have ended"), every=timedelta(seconds=15))
def expire() -> None:
    services.expire(clock.now())
