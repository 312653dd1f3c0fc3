"""The vault's pages show everything about a secret but the secret."""

import uuid

import pytest
from django.urls import reverse

from assistants.vault import queries, services
from assistants.vault.models import Secret
from panel.kernel import actors, clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden, Missing
from tests.factories.people import actor_of, make_person
from tests.stage.visits import told, visit

pytestmark = pytest.mark.django_db
VALUE = "sk-canary-value-0123456789"


@pytest.fixture
def adam() -> Actor:
    return actor_of(make_person("adam", role="administrator"))


@pytest.fixture
def secret() -> Secret:
    return services.create(actor=actors.console(), name="Mistral", kind="api_key", value=VALUE, at=clock.now())


def page(name: str, secret: Secret) -> str:
    return reverse(f"vault:{name}", args=[secret.id])


def test_the_list_names_secrets_and_can_be_searched(adam: Actor, secret: Secret) -> None:
    assert "Mistral" in told(visit(adam, reverse("vault:list")))
    assert "Nothing matches" in told(visit(adam, reverse("vault:list") + "?q=zzz"))
    csv = visit(adam, reverse("vault:list") + "?format=csv")
    assert b"Mistral" in b"".join(csv)


def test_an_empty_vault_says_what_it_is_for(adam: Actor) -> None:
    assert "No secret yet" in told(visit(adam, reverse("vault:list")))


def test_who_may_store_none_is_not_offered_to() -> None:
    shown = told(visit(actor_of(make_person("bob")), reverse("vault:list")))
    assert "No secret yet" in shown
    assert "Store a secret" not in shown


def test_a_new_secret_is_stored_and_not_shown(adam: Actor) -> None:
    given = {"name": "Mistral", "kind": "api_key", "value": VALUE, "expires_at": ""}
    answer = visit(adam, reverse("vault:new"), given)
    assert answer.status_code == 302
    assert VALUE not in told(visit(adam, answer["Location"]))


def test_a_refused_form_keeps_the_name_and_drops_the_value(adam: Actor, secret: Secret) -> None:
    answer = visit(adam, reverse("vault:new"), {"name": "Mistral", "kind": "api_key", "value": VALUE})
    assert answer.status_code == 409
    assert 'value="Mistral"' in told(answer)
    assert VALUE not in told(answer)


def test_the_page_shows_the_last_four_characters_only(adam: Actor, secret: Secret) -> None:
    shown = told(visit(adam, page("detail", secret)))
    assert "••••6789" in shown
    assert "canary" not in shown


def test_a_replacement_says_what_follows_and_is_used(adam: Actor, secret: Secret) -> None:
    assert "used at once" in told(visit(adam, page("rotation", secret)))
    visit(adam, page("rotation", secret), {"value": "sk-new-value-00000001", "revision": secret.revision})
    assert [one.shown for one in queries.versions(secret)] == ["0001", "6789"]


def test_a_stale_replacement_is_refused_in_the_form(adam: Actor, secret: Secret) -> None:
    services.disable(actor=adam, secret=secret, at=clock.now())
    services.enable(actor=adam, secret=secret, at=clock.now())
    answer = visit(adam, page("rotation", secret), {"value": "sk-x", "revision": secret.revision})
    assert answer.status_code == 409


def test_disabling_enabling_and_destroying_are_one_button_each(secret: Secret) -> None:
    console = actors.console()
    for name, state in (("suspension", "disabled"), ("resumption", "active"), ("destruction", "destroyed")):
        visit(console, page(name, secret), {})
        assert Secret.objects.get(id=secret.id).state == state
    assert "destroyed" in told(visit(console, page("detail", secret)))


def test_what_uses_a_secret_is_bound_and_unbound_on_its_page(adam: Actor, secret: Secret) -> None:
    user = ("provider", uuid.UUID(int=1))
    services.bind(actor=actors.console(), secret=secret, user=user, at=clock.now())
    assert "Unbind" in told(visit(adam, page("detail", secret)))
    visit(actors.console(), reverse("vault:unbinding", args=[secret.id, *user]), {})
    assert queries.bindings(secret) == []


def test_who_may_not_see_secrets_finds_none(secret: Secret) -> None:
    bob = actor_of(make_person("bob"))
    with pytest.raises(Missing):
        visit(bob, page("detail", secret))
    assert "Mistral" not in told(visit(bob, reverse("vault:list")))


def test_an_auditor_sees_and_does_nothing(secret: Secret) -> None:
    olga = actor_of(make_person("olga", role="auditor"))
    shown = told(visit(olga, page("detail", secret)))
    assert "Mistral" in shown
    assert "Destroy" not in shown.split("</main>")[0]
    with pytest.raises(Forbidden):
        visit(olga, page("suspension", secret), {})
