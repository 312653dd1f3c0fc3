"""What consent does by itself."""

from datetime import timedelta

from django.utils.translation import gettext_noop

from compliance.consent.services import purposes
from panel.kernel import clock
from panel.kernel.jobs import job


@job(
    "consent.follow_notices",
    title=gettext_noop("Notice when a new privacy notice makes consents stale"),
    every=timedelta(minutes=1),
)
def follow_notices() -> None:
    purposes.follow_notices(clock.now())
