"""Pages and API of providers: everything but the key."""

import json
from datetime import UTC, datetime

import pytest
from django.urls import resolve, reverse

from assistants.providers import queries, services
from assistants.providers.models import Provider
from assistants.vault import services as vault
from panel.kernel import actors, clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from tests.factories.people import actor_of, make_person
from tests.stage.provider import MockProvider
from tests.stage.visits import told, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def adam() -> Actor:
    return actor_of(make_person("adam", role="administrator"), fresh_at=datetime.now(UTC))


@pytest.fixture
def mistral(mock_provider: MockProvider) -> Provider:
    console = actors.console()
    secret = vault.create(actor=console, name="Mistral key", kind="api_key", value=mock_provider.key, at=clock.now())
    services.allow_host(
        actor=console, host=mock_provider.url.removeprefix("http://").partition("/")[0], reason="test", at=clock.now()
    )
    given = services.Given("Mistral", mock_provider.url, secret.id, "mock", "Mistral AI", "FR")
    return services.create(actor=console, given=given, at=clock.now())


def page(name: str, provider: Provider) -> str:
    return reverse(f"providers:{name}", args=[provider.id])


def test_the_list_shows_the_demo_and_can_be_searched_and_filtered(adam: Actor, mistral: Provider) -> None:
    text = told(visit(adam, reverse("providers:list")))
    assert "Demo" in text
    assert "Mistral" in text
    assert "Demo" not in told(visit(adam, reverse("providers:list") + "?q=mistral+ai")).partition("<main")[2]
    assert "Nothing matches" in told(visit(adam, reverse("providers:list") + "?state=disabled"))


def test_the_detail_page_names_the_key_and_does_not_show_it(
    adam: Actor, mistral: Provider, mock_provider: MockProvider
) -> None:
    text = told(visit(adam, page("detail", mistral)))
    assert "Mistral key" in text
    assert "Mistral AI" in text
    assert mock_provider.key not in text
    demo = queries.demo()
    assert demo is not None
    assert "no AI" in told(visit(adam, page("detail", demo)))


def test_a_new_provider_is_tested_and_saved_or_the_reason_stands_at_its_field(adam: Actor, mistral: Provider) -> None:
    given = {"name": "Second", "base_url": mistral.base_url, "secret": str(mistral.secret_id), "revision": "0"}
    done = visit(adam, reverse("providers:new"), given)
    assert done.status_code == 302
    failed = visit(adam, reverse("providers:new"), given | {"name": "Third", "base_url": "https://10.0.0.1/v1"})
    assert failed.status_code == 422
    assert "not public" in told(failed)
    assert "Third" in told(failed)


def test_an_edit_keeps_what_was_typed_when_somebody_was_faster(adam: Actor, mistral: Provider) -> None:
    assert "Mistral AI" in told(visit(adam, page("edit", mistral)))
    given = {"name": "Mistral", "base_url": mistral.base_url, "secret": str(mistral.secret_id), "default_model": "mock"}
    assert visit(adam, page("edit", mistral), given | {"country": "DE", "revision": "1"}).status_code == 302
    late = visit(adam, page("edit", mistral), given | {"country": "IT", "revision": "1"})
    assert late.status_code == 409
    assert "IT" in told(late)


def test_buttons_test_disable_and_enable(adam: Actor, mistral: Provider) -> None:
    for name in ("test", "suspension"):
        assert visit(adam, page(name, mistral), {}).status_code == 302
    assert not Provider.objects.get(id=mistral.id).enabled
    visit(adam, page("resumption", mistral), {})
    assert Provider.objects.get(id=mistral.id).enabled


def test_private_hosts_are_listed_added_and_removed(adam: Actor) -> None:
    assert "Every provider must be public" in told(visit(adam, reverse("providers:hosts")))
    assert visit(adam, reverse("providers:hosts"), {"host": "10.0.0.5:11434", "reason": "ours"}).status_code == 302
    assert "10.0.0.5:11434" in told(visit(adam, reverse("providers:hosts")))
    host = queries.hosts_for(adam).get()
    visit(adam, reverse("providers:host-removal", args=[host.id]), {})
    assert not queries.hosts_for(adam).exists()


def test_a_stranger_finds_nothing(mistral: Provider) -> None:
    charlie = actor_of(make_person("charlie"))
    with pytest.raises(Missing):
        visit(charlie, page("detail", mistral))


def test_every_route_declares_its_door() -> None:
    from accounts.access.rules import door_of
    from assistants.providers.urls import urlpatterns

    for pattern in urlpatterns:
        assert door_of(pattern.callback) is not None, pattern.name


def test_the_api_shows_the_secrets_id_only(adam: Actor, mistral: Provider, mock_provider: MockProvider) -> None:
    answer = visit(adam, page("api-detail", mistral))
    answer.render()  # type: ignore[attr-defined]
    found = json.loads(answer.content)
    assert found["secret"] == str(mistral.secret_id)
    assert found["legal_entity"] == "Mistral AI"
    assert mock_provider.key not in answer.content.decode()
    assert answer["ETag"]
    assert resolve("/api/v1/providers/").url_name == "api-list"
