"""Access reviews as a worker and people leave them: one open, one closed with its report."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts.people.models import User
from compliance.auditing.services import sinks, verifying
from compliance.reports.services import making
from compliance.reviews.models import Campaign
from compliance.reviews.rules.scope import Scope
from compliance.reviews.rules.states import Act
from compliance.reviews.services import campaigns, closing, deciding, recurring
from compliance.reviews.services.campaigns import Wanted
from compliance.reviews.services.deciding import Word
from panel.journal import sealing
from panel.kernel import clock, jobs
from panel.kernel.actors import Actor
from panel.kernel.models import Job
from tests.factories.people import actor_of


def _fresh(user: User) -> Actor:
    return actor_of(user, fresh_at=timezone.now())


def make_review(keeper: User, reviewer: User, second: User, name: str) -> Campaign:
    """Open: roles and grants are frozen, `reviewer` decides."""
    at = clock.now()
    plan = Wanted(name, Scope(("grant", "member")), "named", reviewer.id, second.id, "keep")
    row = campaigns.begin(actor=_fresh(keeper), wanted=plan, due_at=at + timedelta(days=14), at=at)
    jobs.perform(Job.objects.get(name="reviews.freeze", key=str(row.id)))
    row.refresh_from_db()
    return row


def _reported(keeper: User) -> UUID:
    done = jobs.perform(making.ask(actor=_fresh(keeper), kind="reviews.standing", until=None, at=clock.now()))
    return UUID(str(done.result_id))


def reviewed(keeper: User, reviewer: User, second: User, name: str) -> dict[str, str]:
    """Values by URL parameter of the sweep."""
    done = make_review(keeper, reviewer, second, f"{name} before")
    for item in done.items.waiting():
        actor = _fresh(User.objects.get(id=str(item.reviewer_id)))
        deciding.decide(actor=actor, item=item, word=Word(Act.KEEP, "needed"), at=clock.now())
    closing.close(actor=_fresh(keeper), campaign=done, at=clock.now())
    jobs.perform(Job.objects.get(name="reviews.close", key=str(done.id)))
    done.refresh_from_db()
    row = make_review(keeper, reviewer, second, name)
    at = clock.now()
    plan = Wanted(f"{name} rule", Scope(("role",)), "named", reviewer.id, None, "keep")
    rule = recurring.add(
        actor=_fresh(keeper), wanted=plan, every=3, first_at=at + timedelta(days=9), days_open=14, at=at
    )
    mine = row.items.filter(reviewer_id=reviewer.id).first() or row.items.first()
    sealing.seal(at=at)
    sink = sinks.add(
        actor=_fresh(keeper), name=f"{name} sink", kind="file", what="entries", form="leaf", target="sweep.jsonl", at=at
    )
    check = verifying.start(actor=_fresh(keeper), first=0, last=None, outside="", at=at)
    return {
        "sink_id": str(sink.id),
        "verification_id": str(check.id),
        "reviews:campaign_id": str(row.id),
        "reviews:item_id": str(mine.id) if mine else "",
        "reviews:report_id": str(done.report.id),
        "reviews:part": "pdf",
        "reports:report_id": str(_reported(keeper)),
        "reports:part": "csv",
        "reviews:review_rule_id": str(rule.id),
    }
