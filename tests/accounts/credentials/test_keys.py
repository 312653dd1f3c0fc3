from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from accounts.access import services as access
from accounts.access.rules import Role
from accounts.credentials.engine import tokens
from accounts.credentials.models import ApiKey
from accounts.credentials.queries import keys as queries
from accounts.credentials.rules.life import Kind, State
from accounts.credentials.services import keys as services
from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden, Invalid, NeedsFreshFactor
from tests.accounts.credentials.making import fresh, issue
from tests.factories.people import actor_of, make_person, signed_in

pytestmark = pytest.mark.django_db


class TestIssue:
    def test_the_key_is_stored_as_a_keyed_hash_only(self, alice: User, assistant: Any) -> None:
        issued = issue(fresh(alice), assistant)
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(k::text, '') FROM credentials_apikey k")
            stored = cursor.fetchone()[0]
        assert issued.token not in stored
        assert issued.token[18:61] not in stored
        row = ApiKey.objects.get()
        assert tokens.matches(queries.pepper(), issued.token, bytes(row.digest))
        assert row.epoch > 0
        assert issued.token not in repr(issued)

    def test_the_journal_names_the_key_by_its_public_part(self, alice: User, assistant: Any) -> None:
        issued = issue(fresh(alice), assistant)
        leaf = Leaf.objects.get(event="credentials.key.issued")
        assert issued.key.key_id.encode() in bytes(leaf.data)
        assert issued.token.encode() not in bytes(leaf.data)

    def test_it_is_bound_to_assistants_that_its_maker_sees(self, assistant: Any) -> None:
        dev = make_person("dev", role=Role.DEVELOPER)
        for chosen in ([], [UUID(int=7)]):
            with pytest.raises(Invalid) as refused:
                issue(fresh(dev), None, assistants=chosen)
            assert "assistants" in refused.value.fields

    @pytest.mark.parametrize("days", [-1, 0, 400])
    def test_it_lives_for_a_year_at_most(self, alice: User, assistant: Any, days: int) -> None:
        at = clock.now()
        with pytest.raises(Invalid) as refused:
            issue(fresh(alice), assistant, expires_at=at + timedelta(days=days), at=at)
        assert "expires_at" in refused.value.fields

    def test_members_and_auditors_make_none(self, assistant: Any) -> None:
        for name, role in (("bob", Role.MEMBER), ("olga", Role.AUDITOR)):
            with pytest.raises(Forbidden):
                issue(fresh(make_person(name, role=role)), assistant)


class TestManagementKeys:
    def test_cannot_do_more_than_their_maker(self, alice: User) -> None:
        with pytest.raises(Invalid, match="cannot do more than you"):
            issue(fresh(alice), None, kind=Kind.MANAGEMENT, scopes=["people.roles"])

    def test_never_change_password_and_factors(self, alice: User) -> None:
        with pytest.raises(Invalid, match="cannot do more than you"):
            issue(fresh(alice), None, kind=Kind.MANAGEMENT, scopes=["account.security"])

    def test_need_a_fresh_factor(self, alice: User) -> None:
        with pytest.raises(NeedsFreshFactor):
            issue(actor_of(alice), None, kind=Kind.MANAGEMENT, scopes=["credentials.use"])

    def test_act_for_their_owner_within_their_scopes(self, alice: User) -> None:
        issued = issue(fresh(alice), None, kind=Kind.MANAGEMENT, scopes=["credentials.use"])
        found = queries.actor_of(issued.token, clock.now(), "")
        assert found == Actor("person", alice.id, via=("key", issued.key.id))
        with pytest.raises(Forbidden):
            issue(found, None, kind=Kind.GATEWAY)

    def test_end_with_revocation_expiry_and_their_owner(self, alice: User) -> None:
        adam = make_person("adam", role=Role.ADMINISTRATOR)
        issued = issue(fresh(alice), None, kind=Kind.MANAGEMENT, scopes=["credentials.use"])
        assert queries.actor_of(issued.token, clock.now() + timedelta(days=91), "") is None
        access.disable(actor=fresh(adam), user=alice, reason="left", at=clock.now())
        assert queries.actor_of(issued.token, clock.now(), "") is None
        assert ApiKey.objects.get().state(clock.now()) is State.REVOKED

    def test_a_gateway_key_manages_nothing(self, alice: User, assistant: Any) -> None:
        assert queries.actor_of(issue(fresh(alice), assistant).token, clock.now(), "") is None

    def test_open_the_api_without_csrf(self, alice: User, client: Any) -> None:
        issued = issue(fresh(alice), None, kind=Kind.MANAGEMENT, scopes=["credentials.use"])
        headers = {"Authorization": f"Bearer {issued.token}"}
        answer = client.get("/api/v1/keys/", headers=headers)
        assert answer.status_code == 200
        assert issued.token not in answer.content.decode()
        body = {"name": "x", "scopes": ["chat"]}
        refused = client.post("/api/v1/keys/", body, content_type="application/json", headers=headers)
        assert refused.status_code == 403
        done = client.post(f"/api/v1/keys/{issued.key.id}/revocation/", headers=headers)
        # The scope covers looking, and ending needs the right to make keys.
        assert done.status_code == 403


class TestEnding:
    def test_a_revoked_key_has_a_newer_epoch(self, alice: User, assistant: Any) -> None:
        issued = issue(fresh(alice), assistant)
        before = issued.key.epoch
        assert services.revoke(actor=fresh(alice), key=issued.key, at=clock.now()) == []
        row = ApiKey.objects.get()
        assert row.epoch > before
        assert row.state(clock.now()) is State.REVOKED
        services.revoke(actor=fresh(alice), key=row, at=clock.now())
        assert Leaf.objects.filter(event="credentials.key.revoked").count() == 1

    def test_only_the_owner_and_administrators_end_a_key(self, alice: User, assistant: Any) -> None:
        issued = issue(fresh(alice), assistant)
        with pytest.raises(Forbidden):
            services.revoke(actor=fresh(make_person("eve", role=Role.OPERATOR)), key=issued.key, at=clock.now())
        services.revoke(actor=fresh(make_person("adam", role=Role.ADMINISTRATOR)), key=issued.key, at=clock.now())


def test_a_key_that_ends_soon_is_asked_about_on_the_front_page(alice: User, assistant: Any) -> None:
    issue(fresh(alice), assistant, name="late-shop", expires_at=clock.now() + timedelta(days=9))
    issue(fresh(alice), assistant, name="calm-shop")
    text = signed_in(alice).get("/").content.decode()
    assert "late-shop ends soon" in text
    assert "calm-shop ends soon" not in text


class TestPages:
    def test_a_key_is_shown_once_with_code(self, alice: User, assistant: Any) -> None:
        client = signed_in(alice)
        form = {"name": "shop-website", "assistants": [str(assistant.id)], "scopes": ["chat"], "days": "90"}
        response = client.post("/keys/new/", form)
        text = response.content.decode()
        key = ApiKey.objects.get()
        found = tokens.find(text)
        assert {tokens.parse(one) for one in found} == {tokens.Parsed("gateway", key.key_id)}
        assert "support-concierge" in text
        assert response["Cache-Control"] == "no-store"
        for page in ("/keys/", f"/keys/{key.id}/"):
            later = client.get(page)
            assert later.status_code == 200
            assert not tokens.find(later.content.decode())

    def test_an_empty_choice_is_a_form_error(self, alice: User, assistant: Any) -> None:
        response = signed_in(alice).post("/keys/new/", {"name": "", "scopes": ["chat"], "days": "90"})
        assert response.status_code == 422
        assert "Choose at least one." in response.content.decode()

    def test_revoking_from_the_page(self, alice: User, assistant: Any) -> None:
        issued, client = issue(fresh(alice), assistant), signed_in(alice)
        assert client.post(f"/keys/{issued.key.id}/revocation/").status_code == 302
        assert "Revoked" in client.get(f"/keys/{issued.key.id}/").content.decode()

    def test_others_keys_are_missing(self, alice: User, assistant: Any) -> None:
        issued = issue(fresh(alice), assistant)
        other = signed_in(make_person("dev", role=Role.DEVELOPER))
        assert other.get(f"/keys/{issued.key.id}/").status_code == 404
        assert other.post(f"/keys/{issued.key.id}/revocation/").status_code == 404
        assert signed_in(make_person("olga", role=Role.AUDITOR)).get(f"/keys/{issued.key.id}/").status_code == 200

    def test_a_management_key_page_asks_for_a_fresh_factor(self, alice: User) -> None:
        assert signed_in(alice, fresh=False).get("/keys/new-management/")["Location"].startswith("/step-up/")
        form = {"name": "terraform", "scopes": ["manage:credentials"], "days": "30"}
        text = signed_in(alice).post("/keys/new-management/", form).content.decode()
        assert tokens.find(text)


def test_the_api_makes_a_key_once_per_idempotency_key(alice: User, assistant: Any) -> None:
    client = signed_in(alice)
    body = {"name": "shop", "scopes": ["chat"], "assistants": [str(assistant.id)]}
    answers = [
        client.post("/api/v1/keys/", body, content_type="application/json", headers={"Idempotency-Key": "abc"})
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert tokens.parse(answers[0].json()["key"])
    assert not tokens.find(answers[1].content.decode())
    assert ApiKey.objects.count() == 1
    one = client.get(answers[0]["Location"])
    assert one["ETag"]
    assert one.json()["assistants"] == [str(assistant.id)]
