"""When something is away or too much: a status that is right, words that help, and nothing typed is lost."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from accounts.access import middleware as doors
from accounts.people.models import Team, User
from accounts.signin.models import Kept
from panel.kernel.crypto.kek import KekError
from panel.kernel.errors import TooMany
from tests.factories.people import make_person, signed_in

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"


def _text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No question reaches the database."""

    def refuse(*_args: Any, **_options: Any) -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        yield


class TestADatabaseThatIsAway:
    def test_every_page_says_503_in_words_and_asks_nothing_more(
        self, adam: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = signed_in(adam, client=Client(raise_request_exception=False))
        with monkeypatch.context() as patch:
            patch.setattr(connection, "cursor", _refuse)
            answers = [client.get(path) for path in ("/", "/teams/", "/no-such-page/")]
        for answer in answers:
            assert answer.status_code == 503
            assert answer["Retry-After"] == "10"
            assert "The panel cannot answer now" in _text(answer)
            assert answer["X-Request-ID"] in _text(answer)

    def test_the_api_says_it_as_a_problem(self, away: None) -> None:
        answer = Client(raise_request_exception=False).get("/api/v1/assistants/", headers={"Authorization": "Bearer x"})
        assert answer.status_code == 503
        assert answer["Content-Type"] == "application/problem+json"

    def test_a_part_of_a_page_gets_a_toast_and_the_page_stays(
        self, adam: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = signed_in(adam, client=Client(raise_request_exception=False))
        with monkeypatch.context() as patch:
            patch.setattr(connection, "cursor", _refuse)
            answer = client.get("/teams/", headers={"HX-Request": "true"})
        assert answer["HX-Retarget"] == "#toasts"
        assert "<html" not in _text(answer)


def _refuse(*_args: Any, **_options: Any) -> None:
    raise OperationalError("connection refused")


def test_missing_keys_are_told_apart(adam: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_args: Any) -> None:
        raise KekError("no ring at /secret/path")

    client = signed_in(adam, client=Client(raise_request_exception=False))
    with monkeypatch.context() as patch:
        patch.setattr(doors, "_actor", locked)
        answer = client.get("/")
    assert answer.status_code == 503
    assert "cannot open its keys" in _text(answer)
    assert "/secret/path" not in _text(answer)


def test_a_form_that_is_too_large_is_413(adam: User) -> None:
    answer = signed_in(adam).post(
        "/teams/", urlencode({"name": "x" * 6_000_000}), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413
    assert "at most 5 MB" in _text(answer)


class TestTooManyTries:
    def test_the_form_keeps_what_was_typed_and_counts_down(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def throttled(**_given: Any) -> None:
            raise TooMany("Too many tries. Wait 30 s, then try again.", retry_after=30)

        monkeypatch.setattr("accounts.signin.views.signing.passwords.check", throttled)
        answer = Client().post(SIGN_IN, {"email": "ada@example.test", "password": "wrong"})
        text = _text(answer)
        assert answer.status_code == 429
        assert answer["Retry-After"] == "30"
        assert "ada@example.test" in text
        assert "Wait 30 s" in text
        assert 'data-countdown="30"' in text


class TestAFormThatExpired:
    """Somebody signed in anew in another tab, so the token in this tab's form no longer fits."""

    def _send(self, client: Client, **headers: str) -> Any:
        sent = urlencode({"name": "Night shift", "csrfmiddlewaretoken": "a" * 64})
        return client.post("/teams/new/", sent, content_type="application/x-www-form-urlencoded", headers=headers)

    def test_from_this_panel_it_is_kept_and_waits_for_a_button(self, adam: User) -> None:
        client = signed_in(adam, client=Client(enforce_csrf_checks=True))
        answer = self._send(client, **{"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 302
        assert not Team.objects.exists()
        assert "Night shift" in _text(client.get(answer["Location"]))

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
    def test_from_elsewhere_nothing_is_kept(self, adam: User, site: str) -> None:
        client = signed_in(adam, client=Client(enforce_csrf_checks=True))
        answer = self._send(client, **({"Sec-Fetch-Site": site} if site else {}))
        assert answer.status_code == 403
        assert "This form has expired" in _text(answer)
        assert not Kept.objects.exists()

    def test_nobody_who_is_not_signed_in_has_anything_kept(self) -> None:
        answer = self._send(Client(enforce_csrf_checks=True), **{"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 403
        assert not Kept.objects.exists()


def test_what_is_unseen_reads_like_what_is_missing(bob: User) -> None:
    other = make_person("eve")
    client = signed_in(bob)
    missing = client.get(reverse("elevation:request", args=[other.id]))
    assert missing.status_code == 404
    assert "There is no such request." in _text(missing)
