"""Purposes of an assistant: bound, asked by an application, kept apart from what a client says, and counted."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from accounts.access.rules import Role
from accounts.credentials.queries.keys import acting
from accounts.people.models import User
from assistants.catalog.models import Assistant, Binding
from assistants.catalog.services import purposes
from compliance.consent import queries as consent
from compliance.consent.models import Purpose, Record
from compliance.consent.rules.states import State
from compliance.consent.services import purposes as words
from compliance.subjects.rules import Kind, spelled
from compliance.subjects.services import naming
from panel.journal.models import Leaf
from panel.kernel import clock, ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden, Invalid
from tests.accounts.credentials.making import manage
from tests.assistants.catalog.stage import CONSOLE, new
from tests.assistants.gateway.world import make_key
from tests.compliance.consent.stage import fresh, make_purpose, shown
from tests.factories.people import make_person
from tests.stage.visits import call, told, visit

pytestmark = pytest.mark.django_db
LENA = "lena-4711"


@pytest.fixture
def desk() -> Assistant:
    return new()


@pytest.fixture
def purpose(pia: User) -> Purpose:
    return make_purpose(pia)


@pytest.fixture
def shop() -> Actor:
    """A developer's application, by its key."""
    return program(make_person("dev", role=Role.ADMINISTRATOR))


def program(owner: User, *scopes: str) -> Actor:
    return acting(manage(fresh(owner), *(scopes or ("manage:catalog", "manage:consent"))).key)


def bind(desk: Assistant, purpose: Purpose, actor: Actor = CONSOLE, **more: Any) -> Binding:
    return purposes.bind(actor=actor, assistant=desk, purpose_id=purpose.id, at=clock.now(), **more)


def of(desk: Assistant, *more: str) -> str:
    return "/api/v1/assistants/" + "/".join([str(desk.id), *more]) + "/"


def end_user(desk: Assistant, named: str = LENA) -> Any:
    return naming.subject_for(Kind.END_USER, next(iter(spelled(named))), scope=desk.id)


def choice(purpose: Purpose, act: str = "give", **more: Any) -> dict[str, Any]:
    seen = shown(purpose)
    body = {"end_user": LENA, "purpose": purpose.slug, "act": act}
    return {**body, "language": seen.language, "words": seen.words, "notice": seen.notice, **more}


class TestBinding:
    def test_the_privacy_officer_binds_and_lets_go_and_the_journal_tells(
        self, desk: Assistant, purpose: Purpose, pia: User
    ) -> None:
        before = epochs_now()
        made = bind(desk, purpose, fresh(pia))
        assert made.epoch > before
        purposes.unbind(actor=fresh(pia), binding=made, at=clock.now())
        purposes.unbind(actor=fresh(pia), binding=made, at=clock.now())
        events = Leaf.objects.filter(event__startswith="catalog.purpose").order_by("id").values_list("event", flat=True)
        assert list(events) == ["catalog.purpose.bound", "catalog.purpose.unbound"]
        bind(desk, purpose, fresh(pia))

    def test_the_same_twice_is_refused_and_others_beside_it_are_not(
        self, desk: Assistant, purpose: Purpose, alice: User
    ) -> None:
        key, _ = make_key(alice, desk)
        for more in ({}, {"route": "api"}, {"api_key_id": key.id}):
            bind(desk, purpose, **more)
            with pytest.raises(purposes.BoundAlready):
                bind(desk, purpose, **more)

    def test_what_does_not_exist_cannot_be_bound(
        self, desk: Assistant, purpose: Purpose, pia: User, alice: User
    ) -> None:
        foreign, _ = make_key(alice, new("other"))
        for more in ({"route": "/v1/embeddings"}, {"api_key_id": foreign.id}, {"api_key_id": ids.new_id()}):
            with pytest.raises(Invalid):
                bind(desk, purpose, **more)
        words.retire(actor=fresh(pia), purpose=purpose, at=clock.now())
        with pytest.raises(Invalid):
            bind(desk, purpose)

    def test_nobody_else_may(self, desk: Assistant, purpose: Purpose, adam: User, olga: User) -> None:
        for user in (adam, olga):
            with pytest.raises(Forbidden):
                bind(desk, purpose, fresh(user))

    def test_the_page_binds_counts_and_lets_go(self, desk: Assistant, purpose: Purpose, pia: User) -> None:
        url = f"/assistants/{desk.id}/purposes/"
        assert "No purpose is bound" in told(visit(fresh(pia), url))
        visit(fresh(pia), url, {"purpose_id": str(purpose.id), "required": "yes"})
        page = told(visit(fresh(pia), url))
        assert "Improve answers with my chats" in page
        assert "Refused" in page
        visit(fresh(pia), f"{url}{Binding.objects.get().id}/removal/", {})
        assert "No purpose is bound" in told(visit(fresh(pia), url))

    def test_the_api_does_the_same(self, desk: Assistant, purpose: Purpose) -> None:
        made = call(CONSOLE, "post", of(desk, "purposes"), {"purpose_id": str(purpose.id), "route": "playground"})
        assert (made.status_code, made.data["purpose"], made.data["required"]) == (201, "improve", True)
        listed = call(CONSOLE, "get", of(desk, "purposes")).data["items"]
        assert [one["route"] for one in listed] == ["playground"]
        again = call(CONSOLE, "post", of(desk, "purposes"), {"purpose_id": str(purpose.id), "route": "playground"})
        assert (again.status_code, again.data["code"]) == (409, "purpose_bound")
        one = of(desk, "purposes", str(made.data["id"]))
        assert call(CONSOLE, "delete", one).status_code == 204
        assert call(CONSOLE, "get", one).status_code == 404


def epochs_now() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM kernel_epoch")
        return int(cursor.fetchone()[0])


class TestVouching:
    def test_an_application_shows_asks_and_passes_on(self, desk: Assistant, purpose: Purpose, shop: Actor) -> None:
        bind(desk, purpose)
        (asked,) = call(shop, "get", of(desk, "consents"), x_end_user_id=LENA).data
        assert (asked["label"], asked["required"], asked["state"]) == ("Improve answers with my chats", True, "none")
        body = choice(
            purpose, words=asked["words"], notice=asked["notice"], shown_at=clock.now().isoformat(), place="/checkout"
        )
        made = call(shop, "post", of(desk, "consents"), body, idempotency_key="one")
        assert (made.status_code, made.data["act"], made.data["words"]) == (201, "give", asked["words"])
        again = call(shop, "post", of(desk, "consents"), body, idempotency_key="one")
        assert (again.data["id"], again["Idempotency-Replayed"]) == (made.data["id"], "true")
        row = Record.objects.get()
        assert (row.subject_id, row.channel) == (end_user(desk), "api")
        assert str(shop.via[1]) in str(row.source)  # type: ignore[index]
        assert "/checkout" in str(row.source)
        (asked,) = call(shop, "get", of(desk, "consents"), x_end_user_id=LENA).data
        assert asked["state"] == "given"
        gone = call(shop, "post", of(desk, "consents"), choice(purpose, "withdraw"))
        assert (gone.status_code, consent.written(end_user(desk), purpose)) == (201, State.WITHDRAWN)

    @pytest.mark.parametrize(
        ("more", "status", "code"),
        [
            ({"words": "0" * 64}, 409, "consent_other_words"),
            ({"words": ""}, 409, "consent_other_words"),
            ({"act": "signal"}, 422, "invalid"),
            ({"end_user": ""}, 422, "invalid"),
            ({"end_user": "x" * 513}, 422, "invalid"),
            ({"shown_at": "2999-01-01T00:00:00Z"}, 422, "invalid"),
        ],
    )
    def test_what_does_not_fit_is_refused_in_words(
        self, desk: Assistant, purpose: Purpose, shop: Actor, more: dict[str, Any], status: int, code: str
    ) -> None:
        bind(desk, purpose)
        answer = call(shop, "post", of(desk, "consents"), choice(purpose, **more))
        assert (answer.status_code, answer.data["code"]) == (status, code)
        assert not Record.objects.exists()

    def test_only_for_what_this_assistant_asks(self, desk: Assistant, purpose: Purpose, shop: Actor) -> None:
        assert call(shop, "post", of(desk, "consents"), choice(purpose)).status_code == 404
        bind(new("other"), purpose)
        assert call(shop, "post", of(desk, "consents"), choice(purpose)).status_code == 404

    def test_nobody_in_a_session_chooses_for_somebody(self, desk: Assistant, purpose: Purpose, shop: Actor) -> None:
        bind(desk, purpose)
        for via in (None, ("session", ids.new_id())):
            answer = call(replace(shop, via=via), "post", of(desk, "consents"), choice(purpose))
            assert (answer.status_code, answer.data["code"]) == (403, "consent_not_yours")
        assert Leaf.objects.filter(event="consent.choice.refused").count() == 2

    def test_a_key_without_the_right_or_without_the_assistant_does_not(
        self, desk: Assistant, purpose: Purpose, shop: Actor
    ) -> None:
        bind(desk, purpose)
        developer = make_person("tomas", role=Role.DEVELOPER)
        owner = User.objects.get(id=str(shop.id))
        for actor in (program(developer), program(owner, "manage:catalog")):
            assert call(actor, "post", of(desk, "consents"), choice(purpose)).status_code in {403, 404}
        assert not Record.objects.exists()
