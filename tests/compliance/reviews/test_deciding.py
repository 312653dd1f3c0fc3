"""Who decides, what is refused, what comes back and what never does."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import ObjectRole, Role
from accounts.people.models import User
from assistants.catalog.rules import permits
from compliance.reviews.models import Decision, Evidence
from compliance.reviews.rules.states import Act
from compliance.reviews.services import campaigns, deciding
from compliance.reviews.services.acts.shared import LastOwner
from compliance.reviews.services.campaigns import NotPossible
from compliance.reviews.services.deciding import NotYours
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.errors import Forbidden, Invalid
from tests.compliance.reviews.stage import begin, decide, fresh, item_of, make_assistant, share
from tests.factories.people import actor_of, make_person, make_service, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def assistant(alice: User) -> Any:
    return make_assistant(alice)


def test_nobody_reviews_themselves(adam: User, alice: User, pia: User, assistant: Any) -> None:
    campaign = begin(adam, alice, pia, kinds=["grant"])
    own = campaign.items.get(holder_id=alice.id)
    assert own.reviewer_id == pia.id
    with pytest.raises(IntegrityError), transaction.atomic():
        campaign.items.filter(id=own.id).update(reviewer_id=alice.id)
    with pytest.raises(NotYours):
        decide(alice, own, "keep", "mine")


def test_a_team_is_reviewed_by_somebody_outside_and_a_service_by_another(
    adam: User, alice: User, bob: User, pia: User, assistant: Any
) -> None:
    share(assistant, make_team("Desk", alice, bob))
    share(assistant, make_service("robot", responsible=alice))
    campaign = begin(adam, alice, pia, kinds=["grant"])
    assert {one.reviewer_id for one in campaign.items.all()} == {pia.id}


def test_who_begins_a_review_does_not_choose_who_reviews_them(adam: User, bob: User, assistant: Any) -> None:
    eve = make_person("eve", role=Role.ADMINISTRATOR)
    share(assistant, adam)
    campaign = begin(adam, bob, kinds=["grant"])
    mine = campaign.items.get(holder_id=adam.id)
    assert (mine.reviewer_id, mine.escalated) == (eve.id, True)


def test_an_owner_reviews_unless_the_holder_made_them_owner(adam: User, alice: User, bob: User, assistant: Any) -> None:
    bobs = share(assistant, bob)
    campaign = begin(adam, adam, kinds=["grant"], reviewers="owner")
    assert item_of(campaign, bobs).reviewer_id == alice.id


def test_only_the_reviewer_decides(adam: User, alice: User, bob: User, charlie: User, assistant: Any) -> None:
    campaign = begin(adam, alice, kinds=["grant"]) if share(assistant, bob) else None
    assert campaign is not None
    for stranger in (adam, charlie):
        with pytest.raises(NotYours):
            decide(stranger, campaign.items.get(holder_id=bob.id), "keep", "why not")


def test_the_last_owner_stays(adam: User, pia: User, alice: User, assistant: Any) -> None:
    campaign = begin(adam, pia, kinds=["grant"])
    with pytest.raises(LastOwner):
        decide(pia, campaign.items.get(holder_id=alice.id), "revoke")
    item = campaign.items.get(holder_id=alice.id)
    assert item.state == "pending"
    assert not Evidence.objects.exists()
    assert access.can(actor_of(alice), permits.VIEW, assistant)


def test_the_last_administrator_stays_and_another_goes(adam: User, pia: User) -> None:
    campaign = begin(make_person("eve", role=Role.ADMINISTRATOR), pia, kinds=["role"], role="administrator")
    first, second = (
        campaign.items.filter(reviewer_id=pia.id).order_by("place")[0],
        campaign.items.get(holder_id=adam.id),
    )
    assert decide(pia, second, "revoke").state == "revoked"
    assert Role.ADMINISTRATOR not in access.roles_of(adam.id)
    proof = Evidence.objects.get(item=second)
    assert [one["status"] for one in proof.before] == [200]
    assert [one["status"] for one in proof.after] == [403]
    if first.id != second.id:
        with pytest.raises(rights.LastAdministrator):
            decide(pia, first, "revoke")


def test_what_is_gone_already_is_no_error(adam: User, alice: User, bob: User, assistant: Any) -> None:
    bobs = share(assistant, bob)
    campaign = begin(adam, alice, kinds=["grant"])
    item = item_of(campaign, bobs)
    bobs.delete()
    assert decide(alice, item, "revoke").state == "gone"
    with pytest.raises(NotPossible):
        decide(alice, item, "keep", "still")


def test_keeping_what_nobody_uses_asks_why_and_revoking_never(
    adam: User, alice: User, bob: User, assistant: Any
) -> None:
    bobs = share(assistant, bob)
    campaign = begin(adam, alice, kinds=["grant"])
    item = item_of(campaign, bobs)
    item.flags = ["dormant"]
    with pytest.raises(Invalid):
        deciding._checked(item, deciding.Word(Act.KEEP))
    assert deciding._checked(item, deciding.Word(Act.REVOKE)) == ""
    with pytest.raises(Invalid):
        decide(alice, item, "keep", "x" * 501)
    with pytest.raises(Invalid):
        decide(alice, item, "flag")


def test_reducing_leaves_less_with_the_same_end(adam: User, alice: User, bob: User, assistant: Any) -> None:
    end = clock.now() + timedelta(days=30)
    bobs = share(assistant, bob, ObjectRole.EDITOR, expires_at=end)
    campaign = begin(adam, alice, kinds=["grant"])
    item = item_of(campaign, bobs)
    for wrong in ("editor", "owner", "nonsense", ""):
        with pytest.raises(Invalid):
            decide(alice, item, "reduce", right=wrong)
    assert decide(alice, item, "reduce", right="viewer").state == "reduced"
    assert access.object_role(actor_of(bob), assistant) is ObjectRole.VIEWER
    assert access.grants_on(assistant)[0][-1].expires_at == end


def test_again_does_nothing_and_a_kept_right_may_be_revoked(adam: User, alice: User, bob: User, assistant: Any) -> None:
    bobs = share(assistant, bob)
    campaign = begin(adam, alice, kinds=["grant"])
    decide(alice, item_of(campaign, bobs), "keep", "needed")
    decide(alice, item_of(campaign, bobs), "revoke")
    decide(alice, item_of(campaign, bobs), "revoke")
    assert [one.act for one in Decision.objects.order_by("id")] == ["keep", "revoke"]
    assert Evidence.objects.count() == 1


def test_a_place_in_a_team_ends_with_what_the_team_has(adam: User, alice: User, bob: User, assistant: Any) -> None:
    team = make_team("Desk", bob)
    share(assistant, team)
    campaign = begin(adam, alice, kinds=["member"])
    decide(alice, campaign.items.get(holder_id=bob.id), "revoke")
    assert not access.can(actor_of(bob), permits.VIEW, assistant)


def test_handing_on_never_reaches_who_it_is_about(
    adam: User, alice: User, bob: User, charlie: User, assistant: Any
) -> None:
    share(assistant, bob)
    share(assistant, charlie)
    campaign = begin(adam, alice, kinds=["grant"])
    mine = campaign.items.waiting().filter(reviewer_id=alice.id)
    found = campaigns.hand_on(actor=fresh(alice), campaign=campaign, items=mine, to=bob.id, at=clock.now())
    assert (found.done, found.left) == (1, 1)
    assert campaign.items.get(holder_id=charlie.id).reviewer_id == bob.id
    with pytest.raises(Forbidden):
        campaigns.hand_on(
            actor=fresh(charlie), campaign=campaign, items=campaign.items.all(), to=bob.id, at=clock.now()
        )


def test_everything_that_was_said_is_in_the_journal(adam: User, alice: User, bob: User, assistant: Any) -> None:
    grant = share(assistant, bob)
    campaign = begin(adam, alice, kinds=["grant"])
    decide(alice, item_of(campaign, grant), "revoke", "left the desk")
    leaf = Leaf.objects.get(event="reviews.item.revoked")
    assert leaf.actor_id == alice.id
    assert b"left the desk" not in bytes(leaf.data)


def test_an_auditor_sees_and_begins_nothing(olga: User, alice: User) -> None:
    with pytest.raises(Forbidden):
        begin(olga, alice)
