"""The public pages are read in a language of one's own, without an account and without scripts."""

import pytest
from django.test import Client

from accounts.people.models import User
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
URL = "/privacy/language/"


def page(client: Client, url: str = "/privacy/") -> str:
    return str(client.get(url).content.decode())


def test_a_choice_holds_for_this_browser() -> None:
    client = Client()
    assert '<html lang="en"' in page(client)
    answer = client.post(URL, {"language": "de", "next": "/privacy/proof/"})
    assert (answer.status_code, answer["Location"]) == (302, "/privacy/proof/")
    assert '<html lang="de"' in page(client)
    assert '<html lang="en"' in page(Client())


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "\\\\evil.example"]
)
def test_it_leads_nowhere_else(back: str) -> None:
    assert Client().post(URL, {"language": "de", "next": back})["Location"] == "/privacy/"


def test_a_language_that_is_not_offered_changes_nothing() -> None:
    client = Client()
    client.post(URL, {"language": "xx\r\nSet-Cookie: a=b"})
    assert '<html lang="en"' in page(client)


def test_an_account_has_its_own_in_its_profile(bob: User) -> None:
    assert 'class="languages"' in page(Client())
    assert 'class="languages"' not in page(signed_in(bob))
