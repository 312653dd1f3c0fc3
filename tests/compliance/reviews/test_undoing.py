"""What comes back, exactly, by another person; and keys, which never do."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.access import queries as access
from accounts.access.models import RoleGrant
from accounts.access.rules import ObjectRole, Role
from accounts.approvals.services import deciding as approvals
from accounts.credentials.models import ApiKey
from accounts.credentials.rules.life import Kind
from accounts.credentials.services import keys
from accounts.people.models import User
from assistants.catalog.rules import permits
from compliance.reviews.models import Evidence
from compliance.reviews.services import undoing
from compliance.reviews.services.campaigns import NotPossible
from panel.kernel import clock
from panel.kernel.errors import Forbidden
from tests.compliance.reviews.stage import begin, decide, fresh, item_of, make_assistant, share
from tests.factories.people import actor_of, give_role, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def assistant(alice: User) -> Any:
    return make_assistant(alice)


def _key(owner: User, *assistants: Any) -> ApiKey:
    at = clock.now()
    if Role.DEVELOPER not in access.roles_of(owner.id):
        give_role(owner, Role.DEVELOPER)
    return keys.issue(
        actor=actor_of(owner), name="shop", kind=Kind.GATEWAY, scopes=["chat"], assistants=[one.id for one in assistants],
        expires_at=at + timedelta(days=30), at=at,
    ).key  # fmt: skip


def test_a_derived_key_dies_and_an_unrelated_one_lives(adam: User, alice: User, bob: User, assistant: Any) -> None:
    other = make_assistant(alice, "Other desk")
    grant, stays = share(assistant, bob), share(other, bob)
    derived, both, unrelated = _key(bob, assistant), _key(bob, assistant, other), _key(bob, other)
    epoch = ApiKey.objects.get(id=both.id).epoch
    campaign = begin(adam, alice, kinds=["grant"])
    decide(alice, item_of(campaign, grant), "revoke")
    found = {one.id: one for one in ApiKey.objects.all()}
    assert found[derived.id].revoked_at is not None
    assert found[both.id].revoked_at is found[unrelated.id].revoked_at is None
    assert found[both.id].epoch > epoch
    assert Evidence.objects.get().also == [f"api_key:{derived.id}"]
    assert stays


def test_a_key_is_tried_with_its_own_state(adam: User, alice: User, bob: User, assistant: Any) -> None:
    share(assistant, bob)
    key = _key(bob, assistant)
    campaign = begin(adam, alice, kinds=["api_key"])
    decide(alice, campaign.items.get(ref=str(key.id)), "revoke")
    proof = Evidence.objects.get()
    assert [(was["status"], now["status"]) for was, now in zip(proof.before, proof.after, strict=True)] == [(200, 401)]


class TestUndo:
    def test_another_person_gives_back_exactly_the_old_right(
        self, adam: User, alice: User, bob: User, assistant: Any
    ) -> None:
        end = clock.now() + timedelta(days=30)
        old = share(assistant, bob, ObjectRole.OPERATOR, expires_at=end)
        before = (old.id, old.giver_kind, old.giver_id, old.reason, old.given_at, old.expires_at, old.role)
        campaign = begin(adam, alice, kinds=["grant"])
        item = decide(alice, item_of(campaign, old), "revoke")
        asked = undoing.ask(actor=fresh(alice), item=item, reason="too early", at=clock.now())
        with pytest.raises(Forbidden):
            approvals.approve(actor=fresh(alice), approval=asked, seen=asked.digest, at=clock.now())
        approvals.approve(actor=fresh(adam), approval=asked, seen=asked.digest, at=clock.now())
        item.refresh_from_db()
        assert item.state == "reinstated"
        back = access.grants_on(assistant)[0][-1]
        assert (
            back.id,
            back.giver_kind,
            back.giver_id,
            back.reason,
            back.given_at,
            back.expires_at,
            back.role,
        ) == before
        assert access.can(actor_of(bob), permits.VIEW, assistant)

    def test_a_role_comes_back_as_it_was(self, adam: User, alice: User, bob: User) -> None:
        grant = give_role(bob, Role.OPERATOR)
        campaign = begin(adam, alice, kinds=["role"], role="operator")
        item = decide(alice, campaign.items.get(ref=str(grant.id)), "revoke")
        assert Role.OPERATOR not in access.roles_of(bob.id)
        asked = undoing.ask(actor=fresh(alice), item=item, reason="needed", at=clock.now())
        approvals.approve(actor=fresh(adam), approval=asked, seen=asked.digest, at=clock.now())
        back = RoleGrant.objects.get(user=bob, role=Role.OPERATOR)
        assert (back.id, back.given_at, back.reason) == (grant.id, grant.given_at, grant.reason)

    def test_who_has_it_does_not_approve(self, adam: User, alice: User, assistant: Any) -> None:
        grant = share(assistant, adam)
        eve = make_person("eve", role=Role.ADMINISTRATOR)
        campaign = begin(eve, alice, kinds=["grant"])
        item = decide(alice, item_of(campaign, grant), "revoke")
        asked = undoing.ask(actor=fresh(alice), item=item, reason="x", at=clock.now())
        with pytest.raises(Forbidden):
            approvals.approve(actor=fresh(adam), approval=asked, seen=asked.digest, at=clock.now())

    def test_keys_never_come_back(self, adam: User, alice: User, bob: User, assistant: Any) -> None:
        grant = share(assistant, bob, ObjectRole.OPERATOR)
        key = _key(bob, assistant)
        campaign = begin(adam, alice, kinds=["grant", "api_key"])
        item = decide(alice, item_of(campaign, grant), "revoke")
        asked = undoing.ask(actor=fresh(alice), item=item, reason="x", at=clock.now())
        approvals.approve(actor=fresh(adam), approval=asked, seen=asked.digest, at=clock.now())
        assert ApiKey.objects.get(id=key.id).revoked_at is not None
        mine = campaign.items.get(kind="api_key", ref=str(key.id))
        assert decide(alice, mine, "revoke").state == "gone"
        with pytest.raises(NotPossible):
            undoing.ask(actor=fresh(alice), item=mine, reason="x", at=clock.now())
