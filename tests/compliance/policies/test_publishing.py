"""A version needs two people and exactly the words that the second one saw; it never changes afterwards."""

import pytest
from django.db import DatabaseError, transaction

from accounts.approvals.services import deciding
from accounts.people.models import User
from compliance.policies import queries
from compliance.policies.models import Acceptance, Policy, PolicyVersion
from compliance.policies.rules.content import Text
from compliance.policies.rules.kinds import Kind
from compliance.policies.services import accepting, drafts, publishing
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.errors import Conflict, Forbidden, Invalid
from tests.compliance.policies import stage
from tests.compliance.policies.stage import edit, fresh, later, publish, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy(pia: User) -> Policy:
    return write(pia)


def test_a_second_person_publishes_what_the_first_one_asked_for(pia: User, adam: User, policy: Policy) -> None:
    made = publish(pia, adam, policy)
    assert (made.number, made.material) == (1, True)
    assert queries.in_force(policy, clock.now()) == made
    assert made.author_id == pia.id
    assert Leaf.objects.filter(event="policies.version.published", object_id=policy.id).count() == 1


def test_who_asked_cannot_publish_alone(pia: User, policy: Policy) -> None:
    asked = publishing.ask(actor=fresh(pia), policy=policy, reason="now", at=clock.now())
    with pytest.raises(Forbidden):
        deciding.approve(actor=fresh(pia), approval=asked, seen=asked.digest, at=clock.now())
    assert not policy.versions.exists()


def test_a_draft_that_changed_meanwhile_is_not_published(pia: User, adam: User, policy: Policy) -> None:
    asked = publishing.ask(actor=fresh(pia), policy=policy, reason="now", at=clock.now())
    edit(pia, policy, Text("Another", "text"))
    with pytest.raises(Conflict):
        deciding.approve(actor=fresh(adam), approval=asked, seen=asked.digest, at=clock.now())
    assert not policy.versions.exists()


def test_the_same_words_are_no_new_version(pia: User, adam: User, policy: Policy) -> None:
    publish(pia, adam, policy)
    with pytest.raises(publishing.NothingNew):
        publishing.ask(actor=fresh(pia), policy=Policy.objects.get(id=policy.id), reason="again", at=clock.now())


def test_open_places_stop_a_publication(pia: User) -> None:
    with pytest.raises(Invalid, match="postal address"):
        publishing.ask(
            actor=fresh(pia),
            policy=write(pia, slug="n", text=Text("N", "[[postal address]]")),
            reason="x",
            at=clock.now(),
        )


def test_a_version_takes_effect_on_its_day(pia: User, adam: User, policy: Policy) -> None:
    first = publish(pia, adam, policy)
    edit(pia, policy, Text("New", "words"), effective_at=later(7))
    second = publish(pia, adam, policy)
    assert queries.in_force(policy, clock.now()) == first
    assert queries.coming(policy, clock.now()) == second
    assert queries.in_force(policy, later(8)) == second


def test_a_version_cannot_be_changed_or_deleted(pia: User, adam: User, policy: Policy) -> None:
    made = publish(pia, adam, policy)
    accepting.accept(actor=fresh(pia), version=made, language="en", at=clock.now())
    for act in (
        lambda: PolicyVersion.objects.filter(id=made.id).update(summary="other"),
        lambda: PolicyVersion.objects.filter(id=made.id).delete(),
        lambda: Acceptance.objects.filter(version=made).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    made.refresh_from_db()
    assert made.summary == ""


def test_two_editors_do_not_overwrite_each_other(pia: User, policy: Policy) -> None:
    edit(pia, policy, Text("Mine", "words"))
    with pytest.raises(drafts.Changed):
        drafts.edit(
            actor=fresh(pia), policy=policy, texts={"en": stage.WORDS}, summary="", material=True, effective_at=None,
            revision=1, at=clock.now(),
        )  # fmt: skip


def test_a_member_writes_none(bob: User) -> None:
    with pytest.raises(Forbidden):
        write(bob)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.OTHER])
def test_every_kind_has_a_starter_whose_places_are_open(kind: Kind) -> None:
    found = queries.starter(kind)
    assert "en" in found
    assert found["en"].title
    assert len(found["en"].body) > 200
    assert kind == Kind.USE or any("[[" in text.body for text in found.values())
