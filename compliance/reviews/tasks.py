"""Jobs of the access reviews."""

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext_noop

from compliance.reviews.services import closing, freezing, recurring
from panel.kernel import clock
from panel.kernel.jobs import Run, job


@job("reviews.freeze", title=gettext_noop("Count the rights of an access review"), long=True, limit=timedelta(hours=1))
def freeze(run: Run, campaign: str) -> None:
    freezing.freeze(run=run, campaign_id=UUID(campaign), at=clock.now())


@job("reviews.close", title=gettext_noop("Close an access review"), long=True, limit=timedelta(hours=2))
def close(run: Run, campaign: str) -> None:
    closing.finish(run=run, campaign_id=UUID(campaign), at=clock.now())


@job("reviews.tick", title=gettext_noop("Remind reviewers, begin and close reviews"), every=timedelta(minutes=1))
def tick() -> None:
    at = clock.now()
    recurring.begin_due(at)
    closing.tick(at)
