"""Jobs of subjects."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop

from compliance.subjects.services import erasing, proving
from panel.kernel import clock
from panel.kernel.jobs import job


@job("subjects.sweep", title=gettext_noop("Remove old links of the privacy centre"), every=timedelta(hours=1))
def sweep() -> None:
    proving.sweep(now=timezone.now())
    erasing.sweep(at=clock.now())
