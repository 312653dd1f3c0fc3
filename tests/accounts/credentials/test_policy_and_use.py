"""How long a key may live, and what is remembered of its use."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.access.rules import Role
from accounts.credentials.models import ApiKey
from accounts.credentials.rules.life import NEVER
from accounts.credentials.services import rotation, uses
from accounts.people.models import User
from panel.kernel import clock
from panel.kernel.errors import Invalid
from panel.kernel.registries import settings
from tests.accounts.credentials.making import fresh, issue, manage
from tests.factories.people import make_person, signed_in

pytestmark = pytest.mark.django_db


class TestPolicy:
    def test_the_administrators_maximum_counts_on_every_way(self, alice: User, assistant: Any) -> None:
        old = issue(fresh(alice), assistant)
        settings.change("credentials.longest_days", "30")
        with pytest.raises(Invalid, match="at most 30 days"):
            issue(fresh(alice), assistant)
        assert "One year" not in signed_in(alice).get("/keys/new/").content.decode()
        at = clock.now()
        assert rotation.rotate(actor=fresh(alice), key=old.key, at=at).key.expires_at == at + timedelta(days=30)

    def test_a_key_without_end_exists_only_where_the_policy_allows_it(self, alice: User, assistant: Any) -> None:
        with pytest.raises(Invalid, match="Every key ends"):
            issue(fresh(alice), assistant, expires_at=NEVER)
        settings.change("credentials.endless", "yes")
        made = issue(fresh(alice), assistant, expires_at=NEVER).key
        assert made.endless
        client = signed_in(alice)
        assert "never" in client.get(f"/keys/{made.id}/").content.decode()
        assert "9999" not in client.get("/keys/").content.decode()
        settings.change("credentials.endless", "no")
        at = clock.now()
        assert not rotation.rotate(actor=fresh(alice), key=made, at=at).key.endless

    @pytest.mark.parametrize(("name", "text"), [("longest_days", "0"), ("longest_days", "x"), ("endless", "maybe")])
    def test_nonsense_is_refused(self, name: str, text: str) -> None:
        with pytest.raises(Invalid):
            settings.change(f"credentials.{name}", text)


class TestUse:
    def test_time_network_and_assistant_are_kept_and_the_network_is_sealed(self, alice: User, assistant: Any) -> None:
        key, at = issue(fresh(alice), assistant).key, clock.now()
        uses.used(uses=[uses.Use(key.id, at, "203.0.113.0/24", "chat", assistant.id)])
        row = ApiKey.objects.get()
        assert (row.last_used_at, row.last_address, row.last_assistant) == (at, "203.0.113.0/24", assistant.id)
        assert row.used_scopes == ["chat", "models"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT k::text FROM credentials_apikey k")
            assert "203.0.113" not in cursor.fetchone()[0]
        text = signed_in(alice).get(f"/keys/{key.id}/").content.decode()
        assert "203.0.113.0/24" in text
        assert "Support concierge" in text

    def test_what_comes_late_or_twice_changes_nothing(self, alice: User, assistant: Any) -> None:
        key, at = issue(fresh(alice), assistant).key, clock.now()
        uses.used(uses=[uses.Use(key.id, at, "203.0.113.0/24", "chat", assistant.id)])
        uses.used(uses=[uses.Use(key.id, at - timedelta(days=2), "198.51.100.0/24", "chat", assistant.id)])
        assert ApiKey.objects.get().last_address == "203.0.113.0/24"

    def test_a_management_keys_areas_count_as_used_when_a_door_opens(self, alice: User, client: Any) -> None:
        issued = manage(fresh(alice), "manage:credentials", "manage:catalog")
        headers = {"Authorization": f"Bearer {issued.token}"}
        assert client.get("/api/v1/keys/", headers=headers, REMOTE_ADDR="203.0.113.9").status_code == 200
        row = ApiKey.objects.get()
        assert (row.used_scopes, row.last_address) == (["manage:credentials"], "203.0.113.0/24")


class TestViews:
    def test_each_saved_view_finds_its_keys(self, alice: User, assistant: Any) -> None:
        at = clock.now()
        year = at + timedelta(days=365)
        named = {
            name: issue(fresh(alice), assistant, name=name, expires_at=year).key for name in ("calm", "idle", "wide")
        }
        issue(fresh(alice), assistant, name="late", expires_at=at + timedelta(days=20))
        ApiKey.objects.exclude(name="late").update(created_at=at - timedelta(days=100))
        uses.used(uses=[uses.Use(named["calm"].id, at, "", "chat", assistant.id)])
        uses.used(uses=[uses.Use(named["wide"].id, at, "", "chat")])
        client = signed_in(alice)
        for view, expected in {"ending": {"late"}, "unused": {"idle"}, "over_scoped": {"idle", "wide"}}.items():
            text = client.get(f"/keys/?watch={view}").content.decode()
            assert {name for name in ("calm", "idle", "wide", "late") if f">{name}<" in text} == expected, view


class TestOwner:
    """A management key does what its owner may do at that moment."""

    def test_a_role_that_is_lost_is_lost_for_the_key_in_the_next_call(self, client: Any) -> None:
        dev = make_person("dev", role=Role.DEVELOPER)
        headers = {"Authorization": f"Bearer {manage(fresh(dev), 'manage:credentials').token}"}
        assert client.get("/api/v1/keys/", headers=headers).status_code == 200
        dev.role_grants.all().delete()
        assert client.get("/api/v1/keys/", headers=headers).status_code == 403

    def test_an_area_carries_its_own_permits_and_no_others(self, client: Any, alice: User) -> None:
        headers = {"Authorization": f"Bearer {manage(fresh(alice), 'manage:catalog').token}"}
        assert client.get("/api/v1/assistants/", headers=headers).status_code == 200
        assert client.get("/api/v1/keys/", headers=headers).status_code == 403

    def test_a_key_never_makes_a_key_that_manages(self, client: Any, alice: User) -> None:
        headers = {"Authorization": f"Bearer {manage(fresh(alice), 'manage:credentials').token}"}
        body = {"name": "x", "kind": "management", "scopes": ["credentials.use"]}
        answer = client.post("/api/v1/keys/", body, content_type="application/json", headers=headers)
        assert answer.status_code == 403
