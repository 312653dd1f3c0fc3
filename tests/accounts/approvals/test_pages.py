"""Inbox, history, one approval, deputies, and the same through the API."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.access.rules import Role
from accounts.approvals.models import Approval, Deputy
from accounts.approvals.queries import standing
from accounts.approvals.rules.states import State
from accounts.approvals.services import deciding, deputies
from accounts.people.models import Team, User
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.errors import Forbidden, Invalid
from tests.accounts.approvals import stage
from tests.accounts.approvals.stage import approve, ask, fresh, known
from tests.factories.people import actor_of, make_person, signed_in

__all__ = ["known"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known")]


def text(answer: Any) -> str:
    return str(answer.content.decode())


class TestPages:
    def test_the_approver_sees_a_count_a_task_and_the_exact_effect(self, bob: User, adam: User) -> None:
        row = ask(bob)
        client = signed_in(adam)
        front = text(client.get("/"))
        assert "Bob asks for approval: Rename a team" in front
        assert "<span>Approvals</span><b>1</b>" in front
        assert "Rename a team" in text(client.get(reverse("approvals:inbox")))
        page = text(client.get(reverse("approvals:approval", args=[row.id])))
        for words in ("Call support Helpers", "New name", "The old name misleads", row.digest, "&quot;kind&quot;"):
            assert words in page
        assert f'<input type="hidden" name="digest" value="{row.digest}"' in page
        ids = re.findall(r'\sid="([^"]+)"', page.partition("<main")[2])
        assert len(ids) == len(set(ids))
        # A field called `seen` would be taken for the mark of an edited page and break the form's first tag.
        assert 'name="seen"' not in page

    def test_pressing_approve_does_it_and_refuse_says_why(self, bob: User, adam: User) -> None:
        client, first = signed_in(adam), ask(bob)
        path = reverse("approvals:approving", args=[first.id])
        assert client.post(path, {"digest": "0" * 64}).status_code == 409
        assert client.post(path, {"digest": first.digest}).status_code == 302
        second = ask(bob, name="Others")
        path = reverse("approvals:refusal", args=[second.id])
        assert client.post(path, {"reason": ""}).status_code == 422
        client.post(path, {"reason": "Keep the name"})
        page = text(signed_in(bob).get(reverse("approvals:approval", args=[second.id])))
        assert "Keep the name" in page
        assert "Refused" in page

    def test_a_stale_factor_is_asked_for_and_then_it_goes_on(self, bob: User, adam: User) -> None:
        row = ask(bob)
        answer = signed_in(adam, fresh=False).post(
            reverse("approvals:approving", args=[row.id]), {"digest": row.digest}
        )
        assert answer["Location"].startswith("/step-up/?next=%2Fcarry-on%2F")

    def test_drift_is_shown_before_and_told_after(self, bob: User, adam: User) -> None:
        row, client = ask(bob), signed_in(adam)
        Team.objects.update(name="Desk")
        page = text(client.get(reverse("approvals:approval", args=[row.id])))
        assert "Name: support → Desk" in page
        told = client.post(reverse("approvals:approving", args=[row.id]), {"digest": row.digest})
        assert told.status_code == 409
        assert "Name was support and is Desk" in text(told)

    def test_fatigue_keeps_the_note_and_counts_down(self, bob: User, adam: User) -> None:
        at = clock.now()
        for number in range(10):
            approve(adam, ask(bob, name=f"n{number}", at=at), at=at)
        row, client = ask(bob, name="more"), signed_in(adam)
        assert "You approved 10 things within an hour" in text(client.get(reverse("approvals:approval", args=[row.id])))
        told = client.post(reverse("approvals:approving", args=[row.id]), {"digest": row.digest, "note": "typed"})
        assert told.status_code == 429
        assert int(told["Retry-After"]) <= 30
        assert "typed" in text(told)

    def test_a_stranger_sees_none_of_it(self, bob: User, charlie: User) -> None:
        row, client = ask(bob), signed_in(charlie)
        for name in ("approval", "approving", "refusal", "withdrawal"):
            path = reverse(f"approvals:{name}", args=[row.id])
            answer = (
                client.get(path) if name == "approval" else client.post(path, {"digest": row.digest, "reason": "r"})
            )
            assert answer.status_code == 404
        for name in ("inbox", "history"):
            assert "Rename a team" not in text(client.get(reverse(f"approvals:{name}")))

    def test_who_asked_sees_no_button_and_can_withdraw(self, adam: User) -> None:
        row, client = ask(adam), signed_in(adam)
        path = reverse("approvals:approval", args=[row.id])
        assert 'name="digest"' not in text(client.get(path))
        assert client.post(path + "approval/", {"digest": row.digest}).status_code == 403
        client.post(path + "withdrawal/")
        assert Approval.objects.get(id=row.id).state == State.WITHDRAWN

    def test_the_history_is_searched_filtered_and_taken_away(self, bob: User, olga: User) -> None:
        row = ask(bob)
        client, path = signed_in(olga), reverse("approvals:history")
        assert "Rename a team" in text(client.get(path))
        assert "Rename a team" in text(client.get(path + f"?q={row.digest[:12]}&state=open&kind=test.rename"))
        assert "Nothing matches" in text(client.get(path + "?state=refused"))
        csv = b"".join(client.get(path + "?format=csv")).decode()
        assert "Rename a team,Bob,open" in csv

    def test_many_are_never_approved_at_once(self, bob: User, adam: User) -> None:
        ask(bob)
        assert "data-bulk" not in text(signed_in(adam).get(reverse("approvals:inbox")))


class TestApi:
    def test_a_person_reads_approves_and_gets_problems(self, bob: User, adam: User) -> None:
        row, client = ask(bob), signed_in(adam)
        path = reverse("approvals:api_approval", args=[row.id])
        found = client.get(path).json()
        assert (found["digest"], found["state"], found["reason"]) == (row.digest, "open", "The old name misleads")
        assert '"name":"Helpers"' in found["content"]
        listed = client.get(reverse("approvals:api_approvals")).json()
        assert [one["id"] for one in listed["items"]] == [str(row.id)]
        json: dict[str, Any] = {"content_type": "application/json"}
        wrong = client.post(path + "approval/", {"digest": "0" * 64}, **json)
        assert (wrong.status_code, wrong.json()["code"]) == (409, "approval_something_else_shown")
        assert client.post(path + "approval/", {"digest": "x"}, **json).status_code == 422
        done = client.post(path + "approval/", {"digest": row.digest}, **json)
        assert (done.status_code, done.json()["state"]) == (200, "performed")
        late = client.post(path + "refusal/", {"reason": "No"}, **json)
        assert (late.status_code, late.json()["code"]) == (409, "approval_not_possible")
        assert signed_in(bob).post(path + "withdrawal/", **json).status_code == 409

    def test_a_stranger_finds_nothing(self, bob: User, charlie: User) -> None:
        row = ask(bob)
        assert signed_in(charlie).get(reverse("approvals:api_approval", args=[row.id])).status_code == 404


class TestDeputies:
    def name(self, person: User, deputy: User, days: int = 7) -> Deputy:
        at = clock.now()
        return deputies.name(
            actor=fresh(person), deputy_id=deputy.id, reason="Holiday", starts_at=at,
            ends_at=at + timedelta(days=days), at=at,
        )  # fmt: skip

    def test_a_right_is_lent_for_a_time_where_the_kind_allows_it(self, bob: User, adam: User, charlie: User) -> None:
        self.name(adam, charlie)
        with stage.kind(lends=True):
            row = ask(bob)
            assert standing.waiting_for(actor_of(charlie), clock.now()).count() == 1
            approve(charlie, row)
        assert row.decisions.get().for_person == adam.id
        leaf = Leaf.objects.filter(event="approvals.request.decided").get()
        assert str(adam.id).encode() in bytes(leaf.data)

    def test_it_widens_nothing_where_the_kind_does_not(self, bob: User, adam: User, charlie: User) -> None:
        self.name(adam, charlie)
        row = ask(bob)
        assert not standing.waiting_for(actor_of(charlie), clock.now()).exists()
        with pytest.raises(Forbidden):
            approve(charlie, row)

    def test_nobody_approves_their_own_through_a_deputy(self, adam: User, charlie: User) -> None:
        self.name(adam, charlie)
        with stage.kind(lends=True), pytest.raises(Forbidden):
            approve(charlie, ask(adam))

    def test_a_deputy_of_a_deputy_has_nothing(self, bob: User, adam: User, charlie: User, alice: User) -> None:
        self.name(adam, charlie)
        self.name(charlie, alice)
        with stage.kind(lends=True), pytest.raises(Forbidden):
            approve(alice, ask(bob))

    def test_it_ends_by_itself_and_by_hand(self, bob: User, adam: User, charlie: User, alice: User) -> None:
        row, at = self.name(adam, charlie), clock.now()
        assert standing.stands_in_for(actor_of(charlie), at) == [adam.id]
        assert standing.stands_in_for(actor_of(charlie), at + timedelta(days=8)) == []
        with pytest.raises(Forbidden):
            deputies.end(actor=fresh(alice), deputy=row, at=at)
        deputies.end(actor=fresh(adam), deputy=row, at=at)
        assert standing.stands_in_for(actor_of(charlie), at) == []

    @pytest.mark.parametrize("days", [-1, 91])
    def test_at_most_ninety_days_and_never_oneself(self, adam: User, charlie: User, days: int) -> None:
        with pytest.raises(Invalid):
            self.name(adam, charlie, days)
        with pytest.raises(Invalid):
            self.name(adam, adam)

    def test_from_the_page(self, adam: User, charlie: User) -> None:
        client, path = signed_in(adam), reverse("approvals:deputies")
        today = clock.now().date()
        sent = {
            "deputy": str(charlie.id), "start": today.isoformat(), "reason": "Holiday",
            "until": (today + timedelta(days=3)).isoformat(),
        }  # fmt: skip
        assert client.post(path, sent).status_code == 302
        assert "Holiday" in text(client.get(path))
        assert "You stand in for Adam." in text(signed_in(charlie).get(reverse("approvals:inbox")))
        client.post(reverse("approvals:deputy_ending", args=[Deputy.objects.get().id]))
        assert "Ended" in text(client.get(path))


def test_a_kind_for_two_says_so(bob: User, adam: User) -> None:
    make_person("eve", role=Role.ADMINISTRATOR)
    with stage.kind(approvers=2):
        row = ask(bob)
        client = signed_in(adam)
        path = reverse("approvals:approval", args=[row.id])
        client.post(path + "approval/", {"digest": row.digest})
        assert "You have approved it. It waits for one more person." in text(client.get(path))
        assert deciding.approve(actor=fresh(adam), approval=row, seen=row.digest, at=clock.now()).state == State.OPEN
