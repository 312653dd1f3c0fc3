"""Access tokens on the panel's own API."""

import pytest
from django.test import Client as Http

from accounts.access.rules import Role
from accounts.credentials.models import ApiKey
from accounts.credentials.queries import signed
from accounts.credentials.services import keys
from accounts.people.models import User
from panel.kernel import clock
from panel.kernel.errors import Invalid, NeedsFreshFactor
from tests.accounts.credentials.making import ask, client_of, fresh
from tests.factories.people import actor_of, make_person

pytestmark = pytest.mark.django_db


class TestManagement:
    """A token for the panel's own API acts for the owner of its client."""

    def bearer(self, client: Http, issued: keys.Issued, scope: str) -> dict[str, str]:
        answer = ask(client, issued, scope=scope)
        assert answer.status_code == 200, answer.content
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def test_its_maker_proves_a_factor(self, alice: User) -> None:
        with pytest.raises(NeedsFreshFactor):
            client_of(actor_of(alice), None, "manage:credentials")
        with pytest.raises(Invalid, match="cannot do more than you"):
            client_of(fresh(alice), None, "people.roles")

    def test_the_scopes_of_the_token_count_and_not_those_of_its_client(self, client: Http, alice: User) -> None:
        issued = client_of(fresh(alice), None, "manage:credentials", "manage:catalog")
        headers = self.bearer(client, issued, "manage:catalog")
        assert client.get("/api/v1/assistants/", headers=headers).status_code == 200
        assert client.get("/api/v1/keys/", headers=headers).status_code == 403
        assert client.get("/keys/", headers=headers).status_code == 302

    def test_a_token_for_the_gateway_opens_nothing_here(self, client: Http, shop: keys.Issued) -> None:
        headers = self.bearer(client, shop, "chat")
        assert client.get("/api/v1/assistants/", headers=headers).status_code == 401

    def test_it_ends_with_its_client_its_row_and_the_rights_of_its_owner(self, client: Http) -> None:
        dev = make_person("dev", roles=(Role.DEVELOPER,))
        issued = client_of(fresh(dev), None, "manage:credentials")
        headers = self.bearer(client, issued, "manage:credentials")
        assert client.get("/api/v1/keys/", headers=headers).status_code == 200
        dev.role_grants.all().delete()
        assert client.get("/api/v1/keys/", headers=headers).status_code == 403
        make = dev.role_grants.model(user=dev, role=Role.DEVELOPER, key_id=dev.key_id, giver_kind="system")
        make.reason = "again"
        make.save()
        assert client.get("/api/v1/keys/", headers=headers).status_code == 200
        keys.revoke(actor=fresh(dev), key=issued.key, at=clock.now())
        assert client.get("/api/v1/keys/", headers=headers).status_code == 401

    def test_its_use_is_remembered_at_its_client(self, client: Http, alice: User) -> None:
        issued = client_of(fresh(alice), None, "manage:credentials")
        client.get(
            "/api/v1/keys/", headers=self.bearer(client, issued, "manage:credentials"), REMOTE_ADDR="203.0.113.9"
        )
        row = ApiKey.objects.get()
        assert (row.used_scopes, row.last_address) == (["manage:credentials"], "203.0.113.0/24")

    def test_from_its_ranges_only(self, client: Http, alice: User) -> None:
        issued = client_of(fresh(alice), None, "manage:credentials")
        headers = self.bearer(client, issued, "manage:credentials")
        ApiKey.objects.update(networks=["203.0.113.0/24"])
        assert client.get("/api/v1/keys/", headers=headers, REMOTE_ADDR="203.0.113.9").status_code == 200
        assert client.get("/api/v1/keys/", headers=headers, REMOTE_ADDR="198.51.100.1").status_code == 401
        assert signed.token_actor("eyJhbGciOiJub25lIn0.e30.", clock.now(), "") is None
