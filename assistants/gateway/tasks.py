"""The worker's side of the record."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from assistants.gateway import services
from panel.kernel.jobs import job


@job("gateway.ingest", title=str(_("Keep the records of calls")), every=timedelta(seconds=1))
def ingest() -> None:
    services.ensure_keys()
    services.ingest()
