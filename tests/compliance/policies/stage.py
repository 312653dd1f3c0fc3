"""A policy on stage: written by pia, published by adam."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.approvals.services import deciding
from accounts.people.models import User
from compliance.policies.models import Policy, PolicyVersion
from compliance.policies.rules.content import Text
from compliance.policies.services import drafts, publishing
from panel.kernel import clock
from panel.kernel.actors import Actor
from tests.factories.people import actor_of

WORDS = Text("How we use assistants", "We use them with care.\n\n- One\n- Two")


def fresh(user: User) -> Actor:
    return actor_of(user, fresh_at=timezone.now())


def write(
    pia: User,
    *,
    slug: str = "use",
    kind: str = "use",
    text: Text = WORDS,
    acceptance: bool = True,
    grace_days: int = 14,
) -> Policy:
    return drafts.create(
        actor=fresh(pia), name="Using assistants", slug=slug, kind=kind, acceptance=acceptance, grace_days=grace_days,
        texts={"en": text}, at=clock.now(),
    )  # fmt: skip


def edit(pia: User, policy: Policy, text: Text, *, material: bool = True, effective_at: datetime | None = None) -> None:
    policy = Policy.objects.get(id=policy.id)
    drafts.edit(
        actor=fresh(pia), policy=policy, texts={"en": text}, summary="Clearer", material=material,
        effective_at=effective_at, revision=policy.draft.revision, at=clock.now(),
    )  # fmt: skip


def publish(pia: User, adam: User, policy: Policy) -> PolicyVersion:
    """By two people, as the product does it."""
    policy = Policy.objects.get(id=policy.id)
    asked = publishing.ask(actor=fresh(pia), policy=policy, reason="It is time", at=clock.now())
    deciding.approve(actor=fresh(adam), approval=asked, seen=asked.digest, at=clock.now())
    found = policy.versions.order_by("-number").first()
    assert found is not None
    return found


def later(days: int) -> datetime:
    return clock.now() + timedelta(days=days)
