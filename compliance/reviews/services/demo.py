"""The reviews of `make demo`: one that closed with its report, and one that is open."""

from datetime import timedelta

from django.db import transaction

from accounts.access.rules import ObjectRole
from accounts.grants import services as grants
from accounts.grants.queries import kinds
from accounts.people import queries as people
from compliance.reviews.models import Campaign, Item
from compliance.reviews.rules.recurring import Every
from compliance.reviews.rules.scope import Reviewers, Scope
from compliance.reviews.rules.states import Act, Default
from compliance.reviews.services import campaigns, closing, deciding, recurring
from compliance.reviews.services.campaigns import Wanted
from compliance.reviews.services.deciding import Word
from panel.kernel import clock, jobs
from panel.kernel.actors import Actor
from panel.kernel.models import Job
from panel.kernel.registries import demo

HELPER, SHARED, BEGAN, DECIDED, CLOSED, NEW = "Bruno Keller", 40, 34, 30, 27, 4
KEPT = ("Does this every week.", "On call for this team.", "Part of the job.", "Asked and confirmed.")
EVERYTHING = ("grant", "role", "custom_role", "member", "api_key", "oauth_client", "service", "guest", "emergency")


def build(world: demo.World) -> None:
    _share(world)
    done = _begin(world, BEGAN, "Access review, last quarter", ("grant", "member"), Reviewers.NAMED)
    with demo.past(world.ago(DECIDED)):
        for item in done.items.waiting().order_by("place"):
            helps = item.holder_id == world.people[HELPER] and item.object_kind == "assistant"
            _decide(world, item, Act.REVOKE if helps else Act.KEEP, "" if helps else world.chance.choice(KEPT))
    with demo.past(world.ago(CLOSED)), transaction.atomic():
        closing.close(actor=world.actor("Ada Okafor"), campaign=done, at=clock.now())
        jobs.perform(Job.objects.get(name=closing.CLOSE, key=str(done.id)))
    _open(world)


def _share(world: demo.World) -> None:
    """What nobody needs any more by the time of the review."""
    kind = kinds.grantable("assistant")
    obj = kind.find(world.objects["assistant", "product-copywriter"]) if kind else None
    receiver = people.user(world.people[HELPER])
    if kind is None or obj is None or receiver is None:
        return
    with demo.past(world.ago(SHARED)):
        grants.share(
            actor=Actor("console"), permit=kind.permit, obj=obj, receiver=receiver, role=ObjectRole.VIEWER,
            reason="Helps with the texts of the autumn campaign.", at=clock.now(),
        )  # fmt: skip


def _begin(world: demo.World, days: int, name: str, of: tuple[str, ...], reviewers: str) -> Campaign:
    jonas, ada = world.people["Jonas Lindqvist"], world.people["Ada Okafor"]
    plan = Wanted(name, Scope(of), reviewers, jonas, ada, Default.REVOKE)
    # In one transaction, so that no worker takes the job and counts at another time.
    with demo.past(world.ago(days)), transaction.atomic():
        at = clock.now()
        row = campaigns.begin(actor=world.actor("Ada Okafor"), wanted=plan, due_at=at + timedelta(days=14), at=at)
        jobs.perform(Job.objects.get(name=campaigns.FREEZE, key=str(row.id)))
    row.refresh_from_db()
    world.objects["review", name] = row.id
    return row


def _decide(world: demo.World, item: Item, act: Act, reason: str) -> None:
    name = next(name for name, person in world.people.items() if person == item.reviewer_id)
    deciding.decide(actor=world.actor(name), item=item, word=Word(act, reason), at=clock.now())


def _open(world: demo.World) -> None:
    """Half of it is decided; what people who left still have waits on top."""
    row = _begin(world, NEW, "Access review, this quarter", EVERYTHING, Reviewers.OWNER)
    with demo.past(world.ago(NEW - 2)):
        for item in row.items.waiting().exclude(flags__contains=["owner_left"]).order_by("place")[::2]:
            if item.reviewer_id is not None:
                _decide(world, item, Act.KEEP, world.chance.choice(KEPT))
    plan = Wanted("Access review", Scope(EVERYTHING), Reviewers.OWNER, row.reviewer_id, row.second_id, Default.REVOKE)
    with demo.past(world.ago(NEW)):
        at = clock.now()
        recurring.add(
            actor=world.actor("Ada Okafor"), wanted=plan, every=Every.QUARTER, first_at=at + timedelta(days=80),
            days_open=14, at=at,
        )  # fmt: skip
