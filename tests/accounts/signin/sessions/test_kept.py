"""Nothing that was typed is lost: a form outlives the end of its session and the wait for a factor."""

import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access.models import RoleGrant
from accounts.people.models import Team, User
from accounts.signin.models import Kept
from accounts.signin.rules import CARRIED, OPENED_AT
from accounts.signin.services import kept
from tests.factories.people import PASSWORD, code_of, make_person, make_totp, signed_in

pytestmark = pytest.mark.django_db
TEAMS = "/teams/new/"


def _ended(client: Client) -> None:
    """Let the session of this browser be over."""
    session = client.session
    session[OPENED_AT] = time.time() - 13 * 3600
    session.save()


def _send(client: Client, path: str, fields: dict[str, str] | None = None, **options: Any) -> Any:
    """As a browser sends a form without files."""
    sent = urlencode(fields or {})
    return client.post(path, sent, content_type="application/x-www-form-urlencoded", **options)


def _next(url: str) -> str:
    return parse_qs(urlsplit(url).query)["next"][0]


def _kept_after_end(client: Client, name: str = "Night shift") -> str:
    """Post a team into an ended session; answers with the page on which it waits."""
    _ended(client)
    answer = _send(client, TEAMS, {"name": name})
    assert answer.status_code == 302
    return _next(answer["Location"])


class TestASessionThatEnded:
    def test_a_page_goes_on_to_itself(self, adam: User) -> None:
        client = signed_in(adam)
        _ended(client)
        assert _next(client.get(TEAMS + "?q=a")["Location"]) == TEAMS + "?q=a"

    def test_what_was_sent_waits_and_is_done_once_by_one_button(self, adam: User) -> None:
        client = signed_in(adam)
        page = _kept_after_end(client)
        assert not Team.objects.exists()
        signed_in(adam, client=client)
        shown = client.get(page)
        assert "Night shift" in shown.content.decode()
        kept_id = page.split("/")[2]
        done = _send(client, TEAMS, {CARRIED: kept_id})
        assert done.status_code == 302, done.content
        assert [one.name for one in Team.objects.all()] == ["Night shift"]
        again = _send(client, TEAMS, {CARRIED: kept_id}, follow=True)
        assert again.status_code == 404
        assert Team.objects.count() == 1

    def test_sign_in_says_that_it_is_kept_and_leads_back(self) -> None:
        adam = make_person("adam", role="administrator", password=PASSWORD)
        device = make_totp(adam)
        client = signed_in(adam)
        page = _kept_after_end(client)
        sign_in = f"{reverse('signin:sign_in')}?next={page}"
        assert "is kept for 15 minutes" in client.get(sign_in).content.decode()
        client.post(sign_in, {"email": "adam@example.test", "password": PASSWORD})
        assert client.post(reverse("signin:factor"), {"code": code_of(device)})["Location"] == page

    def test_an_htmx_request_is_sent_to_sign_in_as_a_whole_page(self, adam: User) -> None:
        client = signed_in(adam)
        _ended(client)
        answer = _send(client, TEAMS, {"name": "Night shift"}, headers={"HX-Request": "true"})
        assert answer.status_code == 204
        assert kept.waiting(user_id=adam.id, kept_id=Kept.objects.get().id, at=timezone.now())
        assert _next(answer["HX-Redirect"]).startswith("/carry-on/")

    def test_signing_out_in_another_tab_loses_nothing(self, adam: User) -> None:
        client = signed_in(adam)
        client.post(reverse("signin:sign_out"))
        page = _next(_send(client, TEAMS, {"name": "Night shift"})["Location"])
        assert "Night shift" in signed_in(adam, client=client).get(page).content.decode()

    def test_another_person_who_signs_in_gets_nothing(self, adam: User) -> None:
        eve = make_person("eve", role="administrator")
        client = signed_in(adam)
        page = _kept_after_end(client)
        other = signed_in(eve, client=client)
        assert other.get(page).status_code == 404
        _send(other, TEAMS, {CARRIED: page.split("/")[2]})
        other.post(f"{page}discarding/")
        assert not Team.objects.exists()
        assert Kept.objects.count() == 1

    def test_a_stranger_in_a_new_browser_has_nothing_kept(self, adam: User) -> None:
        assert Client().post(TEAMS, {"name": "Night shift"}).status_code == 302
        assert not Kept.objects.exists()

    def test_it_goes_to_its_own_address_only(self, adam: User) -> None:
        client = signed_in(adam)
        page = _kept_after_end(client)
        signed_in(adam, client=client)
        _send(client, "/account/security/elsewhere/", {CARRIED: page.split("/")[2]})
        assert Kept.objects.count() == 1

    def test_the_token_of_the_form_is_asked_for(self, adam: User) -> None:
        client = signed_in(adam)
        page = _kept_after_end(client)
        strict = signed_in(adam, client=Client(enforce_csrf_checks=True))
        assert _send(strict, TEAMS, {CARRIED: page.split("/")[2]}).status_code == 403
        assert not Team.objects.exists()

    def test_it_can_be_thrown_away(self, adam: User) -> None:
        client = signed_in(adam)
        page = _kept_after_end(client)
        signed_in(adam, client=client)
        assert _send(client, f"{page}discarding/", {CARRIED: page.split("/")[2]}).status_code == 302
        assert not Kept.objects.exists()

    def test_it_is_sealed_and_ends_after_a_quarter_of_an_hour(self, adam: User) -> None:
        client = signed_in(adam)
        page = _kept_after_end(client)
        row = Kept.objects.get()
        assert b"Night" not in bytes(row.sealed)
        late = timezone.now() + timedelta(minutes=16)
        assert kept.waiting(user_id=adam.id, kept_id=row.id, at=late) is None
        assert kept.forget(late) == 1
        assert signed_in(adam, client=client).get(page).status_code == 404

    def test_too_much_is_not_kept_and_that_is_said(self, adam: User) -> None:
        client = signed_in(adam)
        _ended(client)
        answer = _send(client, TEAMS, {"name": "x" * 300_000})
        assert not Kept.objects.exists()
        assert "could not be kept" in client.get(answer["Location"]).content.decode()

    def test_ten_of_one_person_wait_at_most(self, adam: User) -> None:
        client = signed_in(adam)
        for number in range(12):
            _kept_after_end(client, f"Team {number}")
        assert Kept.objects.count() == 10


class TestAFactorThatIsTooOld:
    def test_the_act_goes_on_by_itself_when_the_factor_is_proved(self, adam: User, bob: User) -> None:
        client = signed_in(adam, fresh=False)
        path = reverse("roles:give", args=[bob.id])
        answer = _send(client, path, {"role": "developer", "reason": "Builds the shop"})
        step_up = answer["Location"]
        assert step_up.startswith(reverse("signin:step_up"))
        kept_id = _next(step_up).split("/")[2]
        assert "Give and withdraw roles" in client.get(step_up).content.decode()
        sent = {"code": code_of(adam.totpdevice_set.get()), CARRIED: kept_id}
        proved = _send(client, step_up, sent)
        assert (proved.status_code, proved["Location"]) == (307, path)
        assert _send(client, proved["Location"], sent).status_code == 302  # as a browser does for 307
        assert RoleGrant.objects.get(user=bob, role="developer").reason == "Builds the shop"

    def test_a_wrong_code_keeps_it_waiting(self, adam: User, bob: User) -> None:
        client = signed_in(adam, fresh=False)
        path = reverse("roles:give", args=[bob.id])
        step_up = _send(client, path, {"role": "developer", "reason": "Builds"})["Location"]
        assert _send(client, step_up, {"code": "000000"}).status_code == 422
        assert Kept.objects.count() == 1

    def test_the_name_of_a_kept_form_does_not_pass_for_a_factor(self, adam: User, bob: User) -> None:
        client = signed_in(adam, fresh=False)
        path = reverse("roles:give", args=[bob.id])
        first = _send(client, path, {"role": "developer", "reason": "Builds"})["Location"]
        again = _send(client, path, {CARRIED: _next(first).split("/")[2]})["Location"]
        assert _next(again) == _next(first)
        assert not RoleGrant.objects.filter(user=bob, role="developer").exists()

    def test_no_address_elsewhere_is_gone_to(self, adam: User) -> None:
        client = signed_in(adam, fresh=False)
        sent = {"code": code_of(adam.totpdevice_set.get())}
        for bad in ("https://evil.test/", "//evil.test", "/\\evil.test"):
            assert "evil" not in client.post(f"/step-up/?next={bad}", sent).get("Location", "/")


class TestWhatIsNotKept:
    def test_passwords_are_asked_again(self, adam: User) -> None:
        client = signed_in(adam)
        _ended(client)
        client.post(reverse("signin:password"), {"password": "never to be stored", "current": "neither is this"})
        waiting = kept.waiting(user_id=adam.id, kept_id=Kept.objects.get().id, at=timezone.now())
        assert waiting is not None
        assert "password" not in waiting.fields
