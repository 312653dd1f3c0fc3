"""Reminders once, the end by itself, drift told, and a rule that begins each of its days once."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.access import queries as access
from accounts.access.rules import ObjectRole
from accounts.people.models import User
from accounts.teams import services as teams
from assistants.catalog.rules import permits
from compliance.reviews.models import Campaign, Recurring
from compliance.reviews.services import campaigns, closing, recurring
from compliance.reviews.services.campaigns import NotPossible
from compliance.reviews.services.reports import standing
from panel.kernel import actors, clock
from panel.kernel.errors import Forbidden, Invalid
from panel.outbound.models import Message
from tests.compliance.reviews.stage import begin, decide, fresh, item_of, make_assistant, plan, run, share
from tests.factories.people import actor_of, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def assistant(alice: User) -> Any:
    return make_assistant(alice)


def after(campaign: Campaign, days: float = 0.1) -> Any:
    return campaign.due_at + timedelta(days=days)


def test_what_nobody_decided_is_revoked_at_the_end_but_for_the_last_owner(
    adam: User, pia: User, bob: User, assistant: Any
) -> None:
    share(assistant, bob)
    campaign = begin(adam, pia, kinds=["grant"])
    closing.tick(after(campaign, -1))
    campaign.refresh_from_db()
    assert campaign.state == "open"
    closing.tick(after(campaign))
    run("reviews.close", campaign)
    campaign.refresh_from_db()
    assert campaign.state == "closed"
    assert not access.can(actor_of(bob), permits.VIEW, assistant)
    assert {one.state: (one.by_default, one.exception) for one in campaign.items.all()} == {
        "revoked": (True, ""),
        "kept": (True, "last_owner"),
    }
    assert campaign.numbers is not None
    assert campaign.numbers["exceptions"] == {"last_owner": 1}
    assert campaign.numbers["by_default"] == 2


def test_keeping_by_default_takes_nothing(adam: User, pia: User, bob: User, assistant: Any) -> None:
    share(assistant, bob)
    campaign = begin(adam, pia, kinds=["grant"], default="keep")
    closing.tick(after(campaign))
    run("reviews.close", campaign)
    assert access.can(actor_of(bob), permits.VIEW, assistant)


def test_an_escalation_asks_an_administrator_for_a_week_and_then_ends(
    adam: User, pia: User, bob: User, assistant: Any
) -> None:
    share(assistant, bob)
    campaign = begin(adam, pia, kinds=["grant"], default="escalate")
    end = after(campaign)
    closing.tick(end)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.due_at) == ("open", end + timedelta(days=7))
    assert set(campaign.items.values_list("reviewer_id", "escalated")) == {(adam.id, True)}
    closing.tick(after(campaign))
    run("reviews.close", campaign)
    assert campaign.items.filter(state="revoked", by_default=True).count() == 1


def test_each_reminder_comes_once(adam: User, pia: User, bob: User, assistant: Any) -> None:
    share(assistant, bob)
    campaign = begin(adam, pia, kinds=["grant"])
    letters = Message.objects.filter(template="review_waits", person=pia.id)
    assert letters.count() == 1
    for days, count in ((-8, 1), (-6.9, 2), (-6.5, 2), (-2.9, 3), (-0.5, 4), (-0.4, 4)):
        closing.tick(after(campaign, days))
        assert letters.count() == count, days


def test_it_closes_by_hand_only_when_all_is_decided(adam: User, pia: User, assistant: Any) -> None:
    campaign = begin(adam, pia, kinds=["grant"])
    with pytest.raises(NotPossible):
        closing.close(actor=fresh(adam), campaign=campaign, at=clock.now())
    with pytest.raises(Forbidden):
        closing.close(actor=fresh(pia), campaign=campaign, at=clock.now())
    for item in campaign.items.waiting():
        decide(pia, item, "keep", "owner")
    closing.close(actor=fresh(adam), campaign=campaign, at=clock.now())
    closing.close(actor=fresh(adam), campaign=campaign, at=clock.now())
    run("reviews.close", campaign)


def test_what_changed_meanwhile_is_told(adam: User, pia: User, bob: User, charlie: User, assistant: Any) -> None:
    gone = share(assistant, bob)
    campaign = begin(adam, pia, kinds=["grant"])
    gone.delete()
    share(assistant, charlie, ObjectRole.OPERATOR)
    for item in campaign.items.waiting():
        decide(pia, item, "keep", "as it is")
    closing.close(actor=fresh(adam), campaign=campaign, at=clock.now())
    run("reviews.close", campaign)
    campaign.refresh_from_db()
    assert campaign.drift == {"added": 1, "ended": 1, "changed": 0}


def closed(adam: User, campaign: Campaign) -> Campaign:
    for item in campaign.items.waiting():
        decide(User.objects.get(id=str(item.reviewer_id)), item, "keep", "needed")
    closing.close(actor=fresh(adam), campaign=campaign, at=clock.now())
    run("reviews.close", campaign)
    campaign.refresh_from_db()
    return campaign


def test_a_place_that_was_revoked_and_given_again_is_drift(adam: User, alice: User, bob: User, charlie: User) -> None:
    team = make_team("Support", bob, charlie)
    campaign = begin(adam, alice, kinds=["member"])
    for item in campaign.items.all():
        decide(alice, item, "revoke", "left the team")
    teams.set_membership(actor=actors.console(), team=team, user=bob, member=True, at=clock.now())
    assert closed(adam, campaign).drift == {"added": 1, "ended": 0, "changed": 0}


@pytest.mark.parametrize(("later", "added"), [(None, 0), (ObjectRole.OPERATOR, 1)])
def test_what_a_review_made_smaller_is_no_drift_and_a_greater_one_since_is(
    adam: User, alice: User, bob: User, pia: User, assistant: Any, later: ObjectRole | None, added: int
) -> None:
    bobs = share(assistant, bob, ObjectRole.EDITOR)
    campaign = begin(adam, alice, pia, kinds=["grant"])
    decide(alice, item_of(campaign, bobs), "reduce", "reads only", "viewer")
    if later:
        share(assistant, bob, later)
    assert closed(adam, campaign).drift == {"added": added, "ended": 0, "changed": 0}


def test_a_cancelled_review_is_over_and_what_was_revoked_stays(
    adam: User, alice: User, bob: User, assistant: Any
) -> None:
    bobs = share(assistant, bob)
    campaign = begin(adam, alice, kinds=["grant"])
    decide(alice, item_of(campaign, bobs), "revoke")
    with pytest.raises(Invalid):
        campaigns.cancel(actor=fresh(adam), campaign=campaign, reason=" ", at=clock.now())
    campaigns.cancel(actor=fresh(adam), campaign=campaign, reason="Wrong scope, says adam@example.org", at=clock.now())
    assert not access.can(actor_of(bob), permits.VIEW, assistant)
    with pytest.raises(NotPossible):
        decide(alice, campaign.items.exclude(holder_id=bob.id).get(), "keep", "x")


def test_a_year_of_a_quarterly_rule_is_four_campaigns(adam: User, pia: User) -> None:
    at = clock.now()
    recurring.add(actor=fresh(adam), wanted=plan(pia), every=3, first_at=at, days_open=14, at=at)
    moment = at
    while moment < at + timedelta(days=364):  # each day, and each time as if two workers looked after a restart
        recurring.begin_due(moment)
        recurring.begin_due(moment)
        moment += timedelta(days=1)
    assert list(Campaign.objects.order_by("number").values_list("number", flat=True)) == [0, 1, 2, 3]
    rule = Recurring.objects.get()
    assert rule.begun == 4
    recurring.end(actor=fresh(adam), rule=rule, at=moment)
    assert recurring.begin_due(moment + timedelta(days=400)) == 0


def test_days_that_passed_while_nothing_ran_are_not_lost(adam: User, pia: User) -> None:
    at = clock.now()
    recurring.add(actor=fresh(adam), wanted=plan(pia), every=3, first_at=at, days_open=14, at=at)
    assert recurring.begin_due(at + timedelta(days=364)) == 4
    assert recurring.begin_due(at + timedelta(days=364)) == 0


def test_who_could_do_what_at_an_instant(alice: User, bob: User, assistant: Any) -> None:
    before = clock.now()
    grant = share(assistant, bob, ObjectRole.OPERATOR)
    between = clock.now()
    share(assistant, bob, ObjectRole.VIEWER)
    changed = clock.now()
    assert grant

    def roles(at: Any) -> list[str]:
        return [row["right"] for row in standing.rights_at(at) if row["who_id"] == bob.id]

    assert roles(before) == []
    assert roles(between) == ["operator"]
    assert roles(changed) == ["viewer"]
    named = standing.named(standing.rights_at(changed))
    assert {(row["who"], row["right"]) for row in named if row["object"]} == {("Alice", "Owner"), ("Bob", "Viewer")}
