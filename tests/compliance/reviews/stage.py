"""A review on stage: adam begins it, alice reviews, bob and others have rights on an assistant."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.access.models import UserGrant
from accounts.access.rules import ObjectRole
from accounts.grants import services as grants
from accounts.people.models import Team, User
from assistants.catalog.models import Assistant
from assistants.catalog.rules import permits
from assistants.catalog.services import assistants
from compliance.reviews.models import Campaign, Item
from compliance.reviews.rules.scope import Scope
from compliance.reviews.rules.states import Act
from compliance.reviews.services import campaigns, deciding
from compliance.reviews.services.campaigns import Wanted
from compliance.reviews.services.deciding import Word
from panel.kernel import actors, clock, jobs
from panel.kernel.actors import Actor
from panel.kernel.models import Job
from tests.factories.people import actor_of


def fresh(user: User) -> Actor:
    return actor_of(user, fresh_at=timezone.now())


def make_assistant(owner: User, name: str = "Support desk") -> Assistant:
    return assistants.create(actor=actor_of(owner), name=name, slug=name.lower().replace(" ", "-"), at=clock.now())


def share(
    assistant: Assistant, receiver: User | Team, role: ObjectRole = ObjectRole.VIEWER, *,
    expires_at: datetime | None = None,
) -> Any:  # fmt: skip
    return grants.share(
        actor=actors.console(), permit=permits.SHARE, obj=assistant, receiver=receiver, role=role,
        reason="for the test", at=clock.now(), expires_at=expires_at,
    )  # fmt: skip


def plan(reviewer: User, second: User | None = None, **scope: Any) -> Wanted:
    default, reviewers = scope.pop("default", "revoke"), scope.pop("reviewers", "named")
    found = Scope(tuple(scope.get("kinds", ())), scope.get("obj"), scope.get("team"), scope.get("role", ""))
    return Wanted("Access review, Q4", found, reviewers, reviewer.id, second.id if second else None, default)


def begin(adam: User, reviewer: User, second: User | None = None, *, days: int = 14, **scope: Any) -> Campaign:
    """A campaign whose population is frozen."""
    at = clock.now()
    row = campaigns.begin(
        actor=fresh(adam), wanted=plan(reviewer, second, **scope), due_at=at + timedelta(days=days), at=at
    )
    run("reviews.freeze", row)
    row.refresh_from_db()
    return row


def run(name: str, campaign: Campaign) -> Job:
    """Run the campaign's job, as a worker does."""
    found = Job.objects.get(name=name, key=str(campaign.id))
    done = jobs.perform(found)
    assert done.state == "done", (done.error, done.log)
    return done


def item_of(campaign: Campaign, grant: UserGrant | Any) -> Item:
    found: Item = campaign.items.get(kind="grant", ref=str(grant.id))
    return found


def decide(reviewer: User, item: Item, act: Any, reason: str = "", right: str = "") -> Item:
    return deciding.decide(actor=fresh(reviewer), item=item, word=Word(Act(act), reason, right), at=clock.now())
