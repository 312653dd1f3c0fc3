from typing import Any

import pytest
from django.db import IntegrityError, connection

from accounts.people import queries, services
from accounts.people.models import User
from accounts.people.rules import State
from panel.kernel.crypto import keyring
from panel.kernel.errors import Conflict, Invalid
from tests.factories.people import make_person, make_team

pytestmark = pytest.mark.django_db


def test_a_persons_name_and_address_are_stored_sealed() -> None:
    alice = make_person("alice")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(u)::text FROM people_user u")
        stored = cursor.fetchone()[0]
    assert "alice" not in stored.lower()
    assert User.objects.get(id=alice.id).email_address == "alice@example.test"


def test_a_person_is_found_by_address_in_any_spelling() -> None:
    alice = make_person("alice")
    assert queries.by_email(" Alice@EXAMPLE.test ") == alice
    assert queries.by_email("bob@example.test") is None


def test_one_address_has_one_account() -> None:
    make_person("alice")
    with pytest.raises(services.AddressTaken):
        services.create(full_name="Other", email="ALICE@example.test")


def test_search_finds_by_name_and_by_address() -> None:
    alice, _bob = make_person("alice"), make_person("bob")
    assert queries.search("ali example") == [alice.id]
    assert len(queries.search("example.test")) == 2


def test_opening_many_people_asks_for_their_keys_once(django_assert_num_queries: Any) -> None:
    for number in range(9):
        make_person(f"p{number}")
    keyring.forget()
    with django_assert_num_queries(2):
        assert len(queries.search("example")) == 9


def test_libraries_find_nothing_readable_on_a_user() -> None:
    alice = make_person("alice")
    assert str(alice) == str(alice.id)
    assert not hasattr(alice, "email")


def test_no_user_becomes_a_superuser() -> None:
    alice = make_person("alice")
    alice.is_superuser = True
    with pytest.raises(IntegrityError, match="people_user_no_superuser"):
        alice.save()


def test_an_active_account_does_not_become_invited_again() -> None:
    alice = make_person("alice")
    with pytest.raises(services.NoSuchStep):
        services.step(alice, State.INVITED)


def test_a_team_has_a_group_that_names_nobody() -> None:
    alice = make_person("alice")
    team = make_team("Support", alice)
    assert team.group.name == str(team.id)
    assert queries.teams_of(alice.id) == [team]


def test_a_service_account_is_active_and_somebody_answers_for_it() -> None:
    alice = make_person("alice")
    shop = services.create_service(name=" Web  shop ", responsible=alice, purpose="Asks the desk")
    found = queries.service(shop.id)
    assert found is not None
    assert (found.name, found.purpose, found.responsible) == ("Web shop", "Asks the desk", alice)
    assert (shop.kind, shop.is_active, shop.has_usable_password()) == ("service", True, False)
    with pytest.raises(Conflict, match="name already"):
        services.create_service(name="WEB SHOP", responsible=None)


@pytest.mark.parametrize("name", ["Ada\u202eokfO", "Ada \u2066x", "\ufffd\ufffd", "Ada\x1b[2J"])
def test_nobody_takes_a_name_that_reads_as_another(name: str) -> None:
    with pytest.raises(Invalid):
        services.create(full_name=name, email="new@example.test")
    with pytest.raises(Invalid):
        services.create_team(name=name)
    with pytest.raises(Invalid):
        services.create_service(name=name, responsible=None)
