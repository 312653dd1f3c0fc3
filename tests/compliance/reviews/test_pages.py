"""The pages and the API: keepers begin, reviewers decide one or several, auditors read, strangers find nothing."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.people.models import User
from compliance.reviews.models import Campaign, Report
from compliance.reviews.services import closing
from panel.kernel import clock
from panel.kernel.errors import Forbidden, Missing
from tests.compliance.reviews.stage import begin, decide, fresh, make_assistant, run, share
from tests.stage.visits import call, told, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(adam: User, alice: User, bob: User, charlie: User, pia: User) -> Campaign:
    assistant = make_assistant(alice)
    share(assistant, bob)
    share(assistant, charlie)
    return begin(adam, alice, pia, kinds=["grant"])


def page(name: str, *ids: Any) -> str:
    return reverse(f"reviews:{name}", args=ids)


def test_a_keeper_begins_one(adam: User, alice: User) -> None:
    shown = told(visit(fresh(adam), page("new")))
    assert "Role on an object" in shown
    day = (clock.now() + timedelta(days=14)).date().isoformat()
    given = {"name": "Q4", "reviewers": "named", "reviewer": str(alice.id), "default": "revoke", "due_on": day}
    answer = visit(fresh(adam), page("new"), given)
    assert answer.status_code == 302
    assert "Counting rights" in told(visit(fresh(adam), answer["Location"]))
    late = visit(fresh(adam), page("new"), {**given, "due_on": "2020-01-01"})
    assert late.status_code == 422


def test_the_reviewer_sees_their_rights_and_decides(campaign: Campaign, alice: User, bob: User) -> None:
    shown = told(visit(fresh(alice), page("campaign", campaign.id)))
    assert "Support desk" in shown
    assert "Bob" in shown
    item = campaign.items.get(holder_id=bob.id)
    beside = told(visit(fresh(alice), page("campaign", campaign.id) + f"?peek={item.id}"))
    assert "“for the test”" in beside
    assert 'value="revoke"' in beside
    answer = visit(fresh(alice), page("item", item.id), {"act": "revoke", "back": page("campaign", campaign.id)})
    assert answer["Location"] == page("campaign", campaign.id)
    shown = told(visit(fresh(alice), page("item", item.id)))
    assert "200 → 404" in shown
    assert "Give back" in shown
    assert visit(fresh(alice), page("item", item.id), {"act": "nonsense"}).status_code == 422


def test_several_at_once_tell_what_was_not_done(campaign: Campaign, alice: User, pia: User) -> None:
    mine = [str(one.id) for one in campaign.items.filter(reviewer_id=alice.id)]
    asked = told(visit(fresh(alice), page("revocations", campaign.id), {"row": mine}))
    assert "Revoke 2 rights?" in asked
    without = visit(fresh(alice), page("keeps", campaign.id), {"row": mine, "sure": "1"})
    assert without.status_code == 422
    assert "Why all of these are still needed" in told(without)
    decide(alice, campaign.items.get(id=mine[0]), "revoke")
    some = told(visit(fresh(alice), page("keeps", campaign.id), {"row": mine, "sure": "1", "reason": "quarter end"}))
    assert "1 was not done" in some
    assert "1 was done and stays so." in some
    kept = campaign.items.get(id=mine[1])
    assert (kept.state, kept.decisions.get().size) == ("kept", 2)
    assert visit(fresh(alice), page("keeps", campaign.id), {"row": ["nonsense"]}).status_code == 302


def test_strangers_find_nothing_and_reviewers_only_theirs(
    campaign: Campaign, bob: User, pia: User, alice: User
) -> None:
    with pytest.raises(Missing):
        visit(fresh(bob), page("campaign", campaign.id))
    other = campaign.items.get(reviewer_id=pia.id)
    with pytest.raises(Missing):
        visit(fresh(alice), page("item", other.id))
    assert "No review yet" in told(visit(fresh(bob), page("campaigns")))


def test_search_and_filters(campaign: Campaign, olga: User) -> None:
    url = page("campaign", campaign.id)
    found = told(visit(fresh(olga), f"{url}?q=charlie"))
    assert "Charlie" in found
    assert ">Bob<" not in found
    assert "Nothing matches" in told(visit(fresh(olga), f"{url}?state=revoked"))
    assert "Nothing matches" in told(visit(fresh(olga), f"{url}?q=team"))
    answer: Any = visit(fresh(olga), f"{url}?format=csv")
    assert b"Charlie" in b"".join(answer.streaming_content)


def test_handing_on_closing_and_cancelling(campaign: Campaign, adam: User, alice: User, bob: User) -> None:
    answer = visit(fresh(alice), page("hand_on", campaign.id), {"to": str(bob.id)})
    assert answer["Location"] == page("campaigns")
    assert campaign.items.filter(reviewer_id=bob.id).count() == 1
    assert visit(fresh(adam), page("closing", campaign.id), {}).status_code == 302
    campaign.refresh_from_db()
    assert campaign.state == "open"
    visit(fresh(adam), page("cancellation", campaign.id), {"reason": "Wrong scope"})
    campaign.refresh_from_db()
    assert campaign.state == "cancelled"
    assert "Wrong scope" in told(visit(fresh(adam), page("campaign", campaign.id)))


def test_rules_begin_and_end(adam: User, alice: User) -> None:
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    given = {
        "name": "Quarterly", "reviewers": "owner", "reviewer": str(alice.id), "default": "keep", "every": "3",
        "first_on": day, "days_open": "14",
    }  # fmt: skip
    assert visit(fresh(adam), page("new_rule"), given).status_code == 302
    assert "Each quarter" in told(visit(fresh(adam), page("rules")))
    rule = call(fresh(adam), "get", "/api/v1/reviews/")
    assert rule.status_code == 200


def test_a_decision_beside_the_list_goes_on_to_the_next(campaign: Campaign, alice: User) -> None:
    here = page("campaign", campaign.id)
    first, second = campaign.items.filter(reviewer_id=alice.id).order_by("place", "pk")
    beside = told(visit(fresh(alice), f"{here}?state=open&peek={first.id}"))
    assert 'data-key="k"' in beside
    assert 'data-key="r" data-sure' in beside
    back = f"{here}?state=open&peek={first.id}"
    answer = visit(fresh(alice), page("item", first.id), {"act": "keep", "reason": "needed", "back": back})
    assert answer["Location"] == f"{here}?state=open&peek={second.id}"
    back = f"{here}?peek={second.id}"
    answer = visit(fresh(alice), page("item", second.id), {"act": "keep", "reason": "needed", "back": back})
    assert answer["Location"] == back  # nothing waits any more


def test_reports_are_taken_by_who_sees_all(campaign: Campaign, adam: User, olga: User, bob: User) -> None:
    for item in campaign.items.waiting():
        decide(User.objects.get(id=str(item.reviewer_id)), item, "keep", "needed")
    closing.close(actor=fresh(adam), campaign=campaign, at=clock.now())
    run("reviews.close", campaign)
    shown = told(visit(fresh(olga), page("reports")))
    report = Report.objects.get()
    assert page("taking", report.id, "zip") in shown
    answer = visit(fresh(olga), page("taking", report.id, "zip"))
    assert "report.pdf" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert visit(fresh(olga), page("taking", report.id, "pdf")).content.startswith(b"%PDF")
    for part, who in (("exe", olga), ("zip", bob)):
        with pytest.raises(Missing):
            visit(fresh(who), page("taking", report.id, part))
    assert "0 added" in told(visit(fresh(olga), page("campaign", campaign.id)))


def test_who_could_do_what_is_one_of_the_signed_reports(campaign: Campaign, olga: User) -> None:
    assert "/reports/new/?kind=reviews.standing" in told(visit(fresh(olga), page("reports")))


class TestApi:
    def test_begin_list_decide(self, adam: User, alice: User, bob: User, campaign: Campaign) -> None:
        body = {"name": "By API", "reviewer": str(alice.id), "due_at": (clock.now() + timedelta(days=5)).isoformat()}
        made = call(fresh(adam), "post", "/api/v1/reviews/", body)
        assert made.status_code == 201, made.data
        assert made.data["state"] == "freezing"
        rows = call(fresh(alice), "get", f"/api/v1/reviews/{campaign.id}/items/").data
        assert len(rows["items"]) == 2
        item = campaign.items.get(holder_id=bob.id)
        done = call(fresh(alice), "post", f"/api/v1/reviews/items/{item.id}/decision/", {"act": "revoke"})
        assert done.data["state"] == "revoked"
        assert call(fresh(alice), "get", f"/api/v1/reviews/items/{item.id}/").data["facts"]["right"] == "viewer"
        wrong = call(fresh(alice), "post", f"/api/v1/reviews/items/{item.id}/decision/", {"act": "burn"})
        assert wrong.status_code in {400, 422}

    def test_hostile_scopes_are_refused_with_a_sentence(self, adam: User, alice: User) -> None:
        body = {"name": "x", "reviewer": str(alice.id), "due_at": (clock.now() + timedelta(days=5)).isoformat()}
        for scope in ({"role": "eve@example.org"}, {"kinds": ["nonsense"]}, {"object": "nonsense"}, {"role": "x" * 81}):
            answer = call(fresh(adam), "post", "/api/v1/reviews/", {**body, "scope": scope})
            assert answer.status_code in {400, 422}, scope
        for wrong in (
            {"due_at": "2020-01-01T00:00:00Z"},
            {"reviewer": str(adam.key_id)},
            {"default": "burn"},
            {"name": " "},
        ):
            assert call(fresh(adam), "post", "/api/v1/reviews/", {**body, **wrong}).status_code in {400, 422}, wrong

    def test_a_reviewer_ends_none(self, alice: User, campaign: Campaign) -> None:
        answer = call(fresh(alice), "post", f"/api/v1/reviews/{campaign.id}/cancellation/", {"reason": "x"})
        assert answer.status_code == 403
        assert Forbidden.status == 403
