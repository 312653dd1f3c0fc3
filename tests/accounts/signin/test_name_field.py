"""A password that was typed into the field for the address is never stored or logged."""

import logging
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from accounts.people.models import User
from tests.factories.people import PASSWORD, make_person, make_totp, signed_in

pytestmark = pytest.mark.django_db
TYPED = "Zilpzalp-im-Heuhaufen-7"


def stored() -> Iterator[str]:
    """Every row of every table, as text, and the bytes in it as text too."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - names of tables, from the database itself
            for (line,) in cursor.fetchall():
                yield f"{table}: {line}"


@pytest.mark.parametrize("typed", [TYPED, f"{TYPED}@example.test"])
def test_it_stands_nowhere(typed: str, caplog: pytest.LogCaptureFixture) -> None:
    """Fails when tries are counted or journalled under what was typed, as django-axes does."""
    alice = make_person("alice", password=PASSWORD)
    make_totp(alice)
    caplog.set_level(logging.INFO)
    client = Client()
    for _number in range(6):  # until the budget is spent, too
        client.post("/sign-in/", {"email": typed, "password": "alice@example.test"})
    assert TYPED.lower() not in caplog.text.lower()
    marks = (TYPED.lower(), TYPED.lower().encode().hex(), TYPED.encode().hex())
    found = [line[:120] for line in stored() if any(one in line.lower() for one in marks)]
    assert found == []


def test_a_sign_in_form_with_an_old_token_is_not_kept(alice: User) -> None:
    """Fails when the form of signing in is kept for somebody who is signed in in another tab."""
    client = signed_in(alice, client=Client(enforce_csrf_checks=True))
    sent = {"email": TYPED, "password": "x", "csrfmiddlewaretoken": "a" * 64}
    client.post("/sign-in/", sent, headers={"Sec-Fetch-Site": "same-origin"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM signin_kept")
        assert cursor.fetchone()[0] == 0
