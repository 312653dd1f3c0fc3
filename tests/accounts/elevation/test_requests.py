"""Somebody who lacks a right learns which, who can give it, and can ask. What is given on request ends by itself."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import queries as access
from accounts.access.models import RoleGrant
from accounts.access.rules import ObjectRole
from accounts.elevation import queries
from accounts.elevation.models import AccessRequest
from accounts.elevation.rules import WAITS, State
from accounts.elevation.services import requests as services
from accounts.people.models import User
from assistants.catalog.models import Assistant, AssistantUserGrant
from assistants.catalog.rules import permits
from assistants.catalog.services import grants
from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.kernel.errors import Forbidden, Invalid, Missing
from tests.assistants.catalog.stage import new
from tests.factories.people import actor_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(alice: User, bob: User) -> Assistant:
    """Alice owns it, bob may look."""
    found = new("desk", actor=actor_of(alice))
    grants.share(
        actor=actors.console(),
        assistant=found,
        receiver=("user", str(bob.id)),
        role="viewer",
        reason="r",
        at=clock.now(),
    )
    return found


def _ask(person: User, desk: Assistant | None, permit: str = "catalog.publish_version") -> AccessRequest:
    obj = ("assistant", desk.id) if desk else None
    return services.ask(actor=actor_of(person), permit=permit, obj=obj, reason="Release on Friday", at=clock.now())


def _text(answer: Any) -> str:
    return str(answer.content.decode())


class TestThePageThatRefuses:
    def test_it_names_the_right_the_object_and_who_can_give_it(self, bob: User, adam: User, desk: Assistant) -> None:
        answer = signed_in(bob).get(reverse("catalog:publication", args=[desk.id]))
        shown = _text(answer)
        assert answer.status_code == 403
        for words in ("Publish and roll back versions", "Desk", "Alice", "Adam", "Editor of it", "Request access"):
            assert words in shown
        assert "Number of this request" in shown

    def test_a_right_without_an_object_names_roles_and_administrators(self, bob: User, adam: User) -> None:
        shown = _text(signed_in(bob).get(reverse("roles:matrix")))
        for words in ("See people", "Auditor", "Adam"):
            assert words in shown

    def test_an_object_that_one_may_not_see_stays_missing(self, charlie: User, desk: Assistant) -> None:
        answer = signed_in(charlie).get(reverse("catalog:publication", args=[desk.id]))
        assert answer.status_code == 404
        assert "Alice" not in _text(answer)


class TestAsking:
    def test_from_the_page_to_the_right_and_its_end(self, bob: User, alice: User, desk: Assistant) -> None:
        client = signed_in(bob)
        sent = {"permit": "catalog.publish_version", "kind": "assistant", "object_id": str(desk.id), "reason": "Friday"}
        asked = client.post(reverse("elevation:asking"), sent)
        assert asked.status_code == 302
        assert "It waits for an answer" in _text(client.get(reverse("catalog:publication", args=[desk.id])))

        owner = signed_in(alice)
        assert "Bob asks for a right" in _text(owner.get("/"))
        assert "Friday" in _text(owner.get(asked["Location"]))
        until = (clock.now() + timedelta(days=3)).date().isoformat()
        done = owner.post(asked["Location"] + "approval/", {"role": "editor", "until": until, "answer": ""})
        assert done.status_code == 302, _text(done)
        at = clock.now()
        assert access.can(actor_of(bob), permits.PUBLISH, desk, at)
        assert not access.can(actor_of(bob), permits.PUBLISH, desk, at + timedelta(days=5))
        # What bob had before goes on.
        assert access.object_role(actor_of(bob), desk, at + timedelta(days=5)) is ObjectRole.VIEWER

    def test_a_role_of_the_organisation_is_given_for_a_time(self, bob: User, adam: User) -> None:
        row = _ask(bob, None, "vault.view_secret")
        until = (clock.now() + timedelta(days=3)).date().isoformat()
        path = reverse("elevation:approval", args=[row.id])
        assert signed_in(adam).post(path, {"role": "auditor", "until": until, "answer": ""}).status_code == 302
        assert RoleGrant.objects.get(user=bob, role="auditor").expires_at is not None

    def test_a_reason_is_needed_and_nothing_is_asked_twice(self, bob: User, desk: Assistant) -> None:
        with pytest.raises(Invalid):
            services.ask(
                actor=actor_of(bob),
                permit="catalog.publish_version",
                obj=("assistant", desk.id),
                reason=" ",
                at=clock.now(),
            )
        _ask(bob, desk)
        with pytest.raises(services.NotPossible):
            _ask(bob, desk)

    def test_what_one_may_not_see_cannot_be_asked_for(self, charlie: User, desk: Assistant) -> None:
        with pytest.raises(Missing):
            _ask(charlie, desk)
        with pytest.raises(Missing):
            _ask(charlie, None, "no.such_right")

    def test_what_one_has_needs_no_asking(self, alice: User, desk: Assistant) -> None:
        with pytest.raises(services.NotPossible):
            _ask(alice, desk)


class TestAnswering:
    def test_each_label_of_the_two_forms_finds_its_own_field(self, bob: User, alice: User, desk: Assistant) -> None:
        path = reverse("elevation:request", args=[_ask(bob, desk).id])
        client = signed_in(alice)
        for page in (client.get(path), client.post(path + "declining/", {"answer": ""})):
            ids = re.findall(r'\sid="([^"]+)"', _text(page).partition("<main")[2])
            assert len(ids) == len(set(ids))
            assert 'for="decline_answer"' in _text(page)

    def test_nobody_answers_their_own(self, adam: User) -> None:
        row = AccessRequest(person=adam, key_id=adam.key_id, permit="vault.view_secret", asked_at=clock.now())
        row.reason, row.answer = "r", ""
        row.save()
        with pytest.raises(Forbidden):
            services.decline(actor=actor_of(adam), request=row, answer="no", at=clock.now())

    def test_a_stranger_neither_sees_nor_answers_it(self, bob: User, charlie: User, desk: Assistant) -> None:
        row = _ask(bob, desk)
        client = signed_in(charlie)
        assert client.get(reverse("elevation:request", args=[row.id])).status_code == 404
        for name in ("approval", "declining", "withdrawal"):
            assert client.post(reverse(f"elevation:{name}", args=[row.id]), {"answer": "x"}).status_code == 404
        assert "Publish" not in _text(client.get(reverse("elevation:requests")))

    def test_a_role_above_the_one_asked_for_cannot_be_slipped_in(self, bob: User, alice: User, desk: Assistant) -> None:
        row, at = _ask(bob, desk), clock.now()
        fresh = actor_of(alice, fresh_at=at)
        with pytest.raises(Invalid):
            services.approve(actor=fresh, request=row, role="owner", until=at + timedelta(days=1), answer="", at=at)

    @pytest.mark.parametrize("days", [-1, 0, 91])
    def test_it_ends_within_ninety_days(self, bob: User, alice: User, desk: Assistant, days: int) -> None:
        row, at = _ask(bob, desk), clock.now()
        with pytest.raises(Invalid):
            services.approve(
                actor=actor_of(alice), request=row, role="editor", until=at + timedelta(days=days), answer="", at=at
            )
        assert not AssistantUserGrant.objects.filter(user=bob, permission__codename="editor").exists()

    def test_a_stale_factor_is_asked_for_and_then_it_goes_on(self, bob: User, alice: User, desk: Assistant) -> None:
        row = _ask(bob, desk)
        client = signed_in(alice, fresh=False)
        until = (clock.now() + timedelta(days=3)).date().isoformat()
        answer = client.post(
            reverse("elevation:approval", args=[row.id]), {"role": "editor", "until": until, "answer": ""}
        )
        assert answer["Location"].startswith("/step-up/?next=%2Fcarry-on%2F")
        assert AccessRequest.objects.get(id=row.id).state == State.OPEN

    def test_declining_says_why_and_is_final(self, bob: User, alice: User, desk: Assistant) -> None:
        row, client = _ask(bob, desk), signed_in(alice)
        path = reverse("elevation:declining", args=[row.id])
        assert client.post(path, {"answer": ""}).status_code == 422
        assert client.post(path, {"answer": "Ask the release team."}).status_code == 302
        assert "Ask the release team." in _text(signed_in(bob).get(reverse("elevation:request", args=[row.id])))
        assert client.post(path, {"answer": "again"}).status_code == 409

    def test_it_can_be_withdrawn_by_the_one_who_asked(self, bob: User, desk: Assistant) -> None:
        row = _ask(bob, desk)
        signed_in(bob).post(reverse("elevation:withdrawal", args=[row.id]))
        assert AccessRequest.objects.get(id=row.id).state == State.WITHDRAWN
        _ask(bob, desk)

    def test_what_nobody_answers_expires_and_can_be_asked_again(self, bob: User, alice: User, desk: Assistant) -> None:
        row, at = _ask(bob, desk), clock.now()
        late = at + WAITS + timedelta(minutes=1)
        assert not queries.waiting_for(actor_of(alice), late).exists()
        with pytest.raises(services.NotPossible):
            services.decline(actor=actor_of(alice), request=row, answer="late", at=late)
        services.ask(actor=actor_of(bob), permit=row.permit, obj=("assistant", desk.id), reason="Still", at=late)


def test_the_journal_tells_who_asked_and_who_gave_without_the_words(bob: User, alice: User, desk: Assistant) -> None:
    row, at = _ask(bob, desk), clock.now()
    services.decline(actor=actor_of(alice), request=row, answer="Ask Zilpzalp", at=at)
    leaves = [bytes(one.data) for one in Leaf.objects.all()]
    assert any(b"access.request.asked" in one for one in leaves)
    assert any(b"access.request.declined" in one for one in leaves)
    assert not any(b"Zilpzalp" in one or b"Friday" in one for one in leaves)


def test_the_list_is_searched_filtered_and_taken_away(bob: User, alice: User, desk: Assistant) -> None:
    _ask(bob, desk)
    client: Client = signed_in(alice)
    path = reverse("elevation:requests")
    assert "Publish and roll back" in _text(client.get(path))
    assert "Nothing matches" in _text(client.get(path + "?q=zzz"))
    assert "Nothing matches" in _text(client.get(path + "?state=declined"))
    assert b"Bob" in b"".join(client.get(path + "?format=csv"))
