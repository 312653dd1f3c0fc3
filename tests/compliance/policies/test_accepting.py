"""Staff accept what binds them; after the days of grace privileged acts wait."""

from datetime import datetime

import pytest

from accounts.access import services as access
from accounts.access.rules import MANAGE_PEOPLE, SIGNED_IN
from accounts.people.models import User
from compliance.policies import queries
from compliance.policies.models import Acceptance, Policy
from compliance.policies.rules.content import Text
from compliance.policies.services import accepting, drafts
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict
from tests.compliance.policies.stage import edit, fresh, later, publish, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy(pia: User) -> Policy:
    return write(pia)


def accept(user: User, policy: Policy, at: datetime | None = None) -> Acceptance:
    version = queries.in_force(policy, at or clock.now())
    assert version is not None
    return accepting.accept(actor=fresh(user), version=version, language="en", at=at or clock.now())


def waits(user: User, at: datetime | None = None) -> list[str]:
    return [duty.policy.slug for duty in queries.duties(user.id, at or clock.now())]


def test_a_material_version_asks_everybody_and_an_editorial_one_nobody(
    pia: User, adam: User, bob: User, policy: Policy
) -> None:
    publish(pia, adam, policy)
    assert waits(bob) == ["use"]
    accept(bob, policy)
    assert waits(bob) == []
    edit(pia, policy, Text("How we use", "the same, with a comma."), material=False)
    publish(pia, adam, policy)
    assert waits(bob) == []
    edit(pia, policy, Text("How we use", "something else."), material=True)
    publish(pia, adam, policy)
    assert waits(bob) == ["use"]


def test_accepting_pins_the_words_and_counts_once(pia: User, adam: User, bob: User, policy: Policy) -> None:
    version = publish(pia, adam, policy)
    first, second = accept(bob, policy), accept(bob, policy)
    assert first.id == second.id
    assert first.digest == version.digests["en"]
    assert queries.progress(policy, clock.now())[0] == 1


def test_an_older_version_cannot_be_accepted(pia: User, adam: User, bob: User, policy: Policy) -> None:
    old = publish(pia, adam, policy)
    edit(pia, policy, Text("New", "words"))
    publish(pia, adam, policy)
    with pytest.raises(Conflict):
        accepting.accept(actor=fresh(bob), version=old, language="en", at=clock.now())


def test_privileged_acts_wait_after_the_days_of_grace(
    pia: User, adam: User, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(pia, adam, policy)
    access.require(fresh(adam), MANAGE_PEOPLE)
    late = later(15)
    monkeypatch.setattr(clock, "now", lambda: late)
    with pytest.raises(accepting.NotAccepted, match="Using assistants"):
        access.require(fresh(adam), MANAGE_PEOPLE)
    access.require(fresh(adam), SIGNED_IN)
    access.require(Actor("console"), MANAGE_PEOPLE)
    accept(adam, policy, late)
    access.require(fresh(adam), MANAGE_PEOPLE)


def test_an_archived_policy_asks_nobody(pia: User, adam: User, bob: User, policy: Policy) -> None:
    publish(pia, adam, policy)
    drafts.archive(actor=fresh(adam), policy=policy, reason="gone", at=clock.now())
    assert waits(bob) == []
