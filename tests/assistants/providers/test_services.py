"""Nothing is saved that has not answered, and no failure tells the key."""

import logging
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from assistants.providers import queries, rules, services
from assistants.providers.engine.check import Outcome
from assistants.providers.models import Provider
from assistants.vault import services as vault
from assistants.vault.models import Secret
from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.kernel.errors import Conflict, Forbidden, Invalid
from panel.outbound import hosts
from tests.factories.people import actor_of, make_person
from tests.stage.provider import MockProvider

pytestmark = pytest.mark.django_db
CONSOLE = actors.console()


@pytest.fixture
def secret(mock_provider: MockProvider) -> Secret:
    return vault.create(actor=CONSOLE, name="Mistral", kind="api_key", value=mock_provider.key, at=clock.now())


@pytest.fixture
def given(mock_provider: MockProvider, secret: Secret) -> services.Given:
    host = mock_provider.url.removeprefix("http://").partition("/")[0]
    services.allow_host(actor=CONSOLE, host=host, reason="a test", at=clock.now())
    return services.Given(
        "Mistral", mock_provider.url, secret.id, "mock", "Mistral AI SAS", "fr", "dpo@mistral.example", "30 days"
    )


def made(given: services.Given) -> Provider:
    return services.create(actor=CONSOLE, given=given, at=clock.now())


class TestCreate:
    def test_a_provider_that_answers_is_saved_and_gets_its_key(
        self, given: services.Given, mock_provider: MockProvider
    ) -> None:
        found = Provider.objects.get(id=made(given).id)
        assert (found.base_url, found.country, found.checked_code, found.enabled) == (given.base_url, "FR", "ok", True)
        assert found.contact == "dpo@mistral.example"
        assert (
            vault.use(given.secret or uuid.UUID(int=0), user=("provider", found.id), at=clock.now()).decode()
            == mock_provider.key
        )
        assert mock_provider.headers[-1]["Authorization"] == f"Bearer {mock_provider.key}"

    def test_the_contact_is_sealed_in_the_database(self, given: services.Given) -> None:
        made(given)
        with connection.cursor() as cursor:
            cursor.execute("SELECT t::text FROM providers_provider t")
            assert "dpo@mistral" not in "".join(row[0] for row in cursor.fetchall())

    def test_a_wrong_key_is_refused_in_words_without_the_key(
        self, given: services.Given, mock_provider: MockProvider, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        wrong = vault.create(
            actor=CONSOLE, name="Wrong", kind="api_key", value="sk-wrong-canary-0123456789", at=clock.now()
        )
        with pytest.raises(services.TestFailed) as refused:
            made(replace(given, secret=wrong.id))
        assert list(refused.value.fields) == ["secret"]
        assert "sk-wrong-canary" not in repr(refused.value) + str(refused.value.fields) + caplog.text
        assert not Provider.objects.filter(name="Mistral").exists()
        assert not wrong.bindings.exists(), "the binding for the test is undone"
        assert not Leaf.objects.filter(event="vault.secret.bound", object_id=wrong.id).exists()

    @pytest.mark.parametrize(
        "url", ["http://127.1/v1", "https://user@ok.test/v1", "ftp://ok.test/", "https://0x7f.1/", "nonsense"]
    )
    def test_an_address_that_can_be_read_in_two_ways_is_refused(self, given: services.Given, url: str) -> None:
        with pytest.raises(Invalid) as refused:
            made(replace(given, base_url=url))
        assert list(refused.value.fields) == ["base_url"]

    @pytest.mark.parametrize(
        "url", ["https://10.0.0.1/v1", "https://[::1]/v1", "http://1.1.1.1/v1", "https://169.254.169.254/latest"]
    )
    def test_a_private_host_that_is_not_on_the_list_is_not_called(self, given: services.Given, url: str) -> None:
        with pytest.raises(services.TestFailed) as refused:
            made(replace(given, base_url=url))
        assert list(refused.value.fields) == ["base_url"]

    def test_a_name_is_taken_once_whatever_its_case(self, given: services.Given) -> None:
        made(given)
        with pytest.raises(services.NameTaken):
            made(replace(given, name="MISTRAL"))

    def test_only_administrators_may(self, given: services.Given) -> None:
        for name, role in (("charlie", "member"), ("bob", "operator"), ("olga", "auditor")):
            with pytest.raises(Forbidden):
                services.create(actor=actor_of(make_person(name, role=role)), given=given, at=clock.now())


class TestChange:
    def test_another_key_is_tested_bound_and_the_old_one_unbound(
        self, given: services.Given, mock_provider: MockProvider, secret: Secret
    ) -> None:
        found = made(given)
        other = vault.create(actor=CONSOLE, name="Second", kind="api_key", value=mock_provider.key, at=clock.now())
        changed = services.change(
            actor=CONSOLE, provider=found, given=replace(given, secret=other.id), revision=1, at=clock.now()
        )
        assert changed.epoch > 0
        assert other.bindings.filter(user_id=found.id).exists()
        assert not secret.bindings.exists()

    def test_what_somebody_else_changed_is_not_overwritten(self, given: services.Given) -> None:
        found = made(given)
        services.change(actor=CONSOLE, provider=found, given=replace(given, country="DE"), revision=1, at=clock.now())
        with pytest.raises(services.Changed):
            services.change(actor=CONSOLE, provider=found, given=given, revision=1, at=clock.now())

    def test_a_failed_test_changes_nothing(self, given: services.Given) -> None:
        found = made(given)
        with pytest.raises(services.TestFailed):
            services.change(
                actor=CONSOLE,
                provider=found,
                given=replace(given, base_url="https://10.0.0.1/v1"),
                revision=1,
                at=clock.now(),
            )
        assert Provider.objects.get(id=found.id).base_url == given.base_url


class TestState:
    def test_disabling_and_enabling_reach_the_gateway_and_the_journal(self, given: services.Given) -> None:
        found = made(given)
        off = services.disable(actor=CONSOLE, provider=found, at=clock.now())
        assert not off.enabled
        assert (found.id, found.name) not in queries.choices()
        with pytest.raises(Conflict):
            services.disable(actor=CONSOLE, provider=found, at=clock.now())
        assert services.enable(actor=CONSOLE, provider=found, at=clock.now()).epoch > off.epoch
        events = set(Leaf.objects.filter(object_id=found.id).values_list("event", flat=True))
        assert events == {"providers.provider.created", "providers.provider.disabled", "providers.provider.enabled"}

    def test_the_outcome_of_a_test_is_remembered(self, given: services.Given, mock_provider: MockProvider) -> None:
        found = made(given)
        mock_provider.reply(status=401, error={"message": f"bad key {mock_provider.key}"})
        outcome = services.test(actor=CONSOLE, provider=found, at=clock.now())
        assert isinstance(outcome, Outcome)
        assert Provider.objects.get(id=found.id).checked_code == outcome.code == "key_refused"

    def test_the_demo_is_there_answers_and_stays_as_it_is(self) -> None:
        demo = queries.demo()
        assert demo is not None
        assert services.test(actor=CONSOLE, provider=demo, at=clock.now()).ok
        with pytest.raises(services.BuiltIn):
            services.change(
                actor=CONSOLE, provider=demo, given=services.Given("x", "https://a.test"), revision=1, at=clock.now()
            )


class TestHosts:
    def test_an_exact_host_is_allowed_and_withdrawn(self) -> None:
        row = services.allow_host(actor=CONSOLE, host=" LLM.internal:8443 ", reason="our own model", at=clock.now())
        assert ("llm.internal", 8443) in hosts.allowed()
        with pytest.raises(Conflict):
            services.allow_host(actor=CONSOLE, host="llm.internal:8443", reason="again", at=clock.now())
        services.withdraw_host(actor=CONSOLE, host=row, at=clock.now())
        assert hosts.allowed() == frozenset()
        assert Leaf.objects.filter(event="providers.host.withdrawn").exists()

    @pytest.mark.parametrize(
        ("host", "reason", "field"), [("llm.internal", "x", "host"), ("127.1:80", "x", "host"), ("a:1", " ", "reason")]
    )
    def test_half_an_entry_is_refused(self, host: str, reason: str, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            services.allow_host(actor=CONSOLE, host=host, reason=reason, at=clock.now())
        assert list(refused.value.fields) == [field]


def test_every_outcome_has_a_sentence() -> None:
    codes: set[Any] = {"ok", "key_refused", "model_unknown", "too_many", "redirect", "not_openai", "provider_error"}
    codes |= {"refused_url", "refused_address", "unresolvable", "unreachable", "tls", "timeout", "cut", "too_large"}
    assert set(rules.OUTCOMES) == codes
