"""Pages of clients, policy and signing keys."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.rules import Role
from accounts.credentials.engine import tokens
from accounts.credentials.models import ApiKey, SigningKey
from accounts.credentials.queries import keys as queries
from accounts.credentials.queries import signed
from accounts.credentials.services import signing
from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto.keyring import KeyGone
from panel.kernel.errors import Forbidden
from panel.kernel.registries import settings
from tests.accounts.credentials.making import ask, client_of, fresh
from tests.factories.people import make_person, signed_in

pytestmark = pytest.mark.django_db


class TestClients:
    def test_a_client_is_made_and_its_secret_shown_once_with_code(self, alice: User, assistant: Any) -> None:
        client = signed_in(alice)
        assert "manage:catalog" in client.get("/keys/new-client/").content.decode()
        form = {"name": "erp", "assistants": [str(assistant.id)], "scopes": ["chat", "models"], "days": "90"}
        text = client.post("/keys/new-client/", form).content.decode()
        key = ApiKey.objects.get()
        assert {tokens.parse(one) for one in tokens.find(text)} == {tokens.Parsed("client", key.key_id)}
        assert "/oauth/token" in text
        assert "erp" in client.get("/keys/?kind=client").content.decode()

    def test_one_that_manages_asks_for_a_fresh_factor_and_goes_on(self, alice: User) -> None:
        form = {"name": "erp", "scopes": ["manage:catalog"], "days": "90"}
        answer = signed_in(alice, fresh=False).post("/keys/new-client/", form)
        assert answer["Location"].startswith("/step-up/")
        assert signed_in(alice).post("/keys/new-client/", form).status_code == 200


class TestPolicy:
    def test_an_administrator_sets_it_and_it_is_journalled(self) -> None:
        client = signed_in(make_person("adam", role=Role.ADMINISTRATOR))
        assert client.post("/keys/policy/", {"longest_days": "30", "endless": "on"}).status_code == 302
        assert (queries.policy().longest_days, queries.policy().never) == (30, True)
        assert Leaf.objects.filter(event="credentials.policy.changed").count() == 1
        wrong = client.post("/keys/policy/", {"longest_days": "0"})
        assert wrong.status_code == 422
        assert "A whole number of days" in wrong.content.decode()

    def test_what_the_environment_holds_is_said_and_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PANEL_KEY_LONGEST_DAYS", "20")
        client = signed_in(make_person("adam", role=Role.ADMINISTRATOR))
        assert "PANEL_KEY_LONGEST_DAYS" in client.get("/keys/policy/").content.decode()
        client.post("/keys/policy/", {"longest_days": "300"})
        assert queries.policy().longest_days == 20
        assert settings.from_environment(queries.LONGEST)

    def test_nobody_else_does(self, alice: User) -> None:
        assert signed_in(alice).post("/keys/policy/", {"longest_days": "30"}).status_code == 403


class TestSigners:
    def test_the_next_key_is_shown_before_it_signs_and_the_old_one_counts_until_its_tokens_end(
        self, client: Any, alice: User, assistant: Any
    ) -> None:
        shop, now = client_of(fresh(alice), assistant), timezone.now()
        first = signing.current(now)
        page = signed_in(make_person("adam", role=Role.ADMINISTRATOR))
        assert page.post("/keys/signers/").status_code == 302
        kids = [one["kid"] for one in client.get("/oauth/jwks").json()["keys"]]
        assert kids[0] == first.kid
        assert len(kids) == 2
        assert ask(client, shop).status_code == 200
        assert signed.signing_key(timezone.now()) == first
        later = timezone.now() + timedelta(minutes=10, seconds=1)
        assert signed.signing_key(later) != first
        assert first.kid in signed.signers(later)
        assert first.kid not in signed.signers(later + timedelta(minutes=11))
        assert "ten minutes" in page.get("/keys/policy/").content.decode()

    def test_distrust_ends_every_token_now(self, client: Any, alice: User) -> None:
        issued = client_of(fresh(alice), None, "manage:credentials")
        token = ask(client, issued, scope="manage:credentials").json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/api/v1/keys/", headers=headers).status_code == 200
        page = signed_in(make_person("adam", role=Role.ADMINISTRATOR))
        page.post("/keys/signers/", {"at_once": "1"})
        assert client.get("/api/v1/keys/", headers=headers).status_code == 401
        assert ask(client, issued, scope="manage:credentials").status_code == 200

    def test_a_key_changes_by_itself_after_thirty_days_and_is_destroyed_when_it_counts_no_more(self) -> None:
        now = timezone.now()
        old = signing.current(now)
        signing.tend(actor=SYSTEM, at=now + timedelta(days=29))
        assert SigningKey.objects.count() == 1
        later = now + timedelta(days=30)
        signing.tend(actor=SYSTEM, at=later)
        assert SigningKey.objects.count() == 2
        assert signing.private_of(old)
        signing.tend(actor=SYSTEM, at=later + timedelta(hours=1))
        with pytest.raises(KeyGone):
            signing.private_of(old)

    def test_only_administrators_change_them_and_a_second_one_waits(self, alice: User) -> None:
        now = timezone.now()
        with pytest.raises(Forbidden):
            signing.change(actor=fresh(alice), at=now)
        signing.change(actor=SYSTEM, at=now)
        with pytest.raises(signing.ChangesAlready):
            signing.change(actor=SYSTEM, at=now)
