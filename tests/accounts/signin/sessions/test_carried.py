"""What goes on after a fresh factor: forms with files, parts of pages, calls of the API."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from accounts.access.models import RoleGrant
from accounts.people.models import User
from accounts.signin.middleware import carrying as middleware
from accounts.signin.models import Kept
from accounts.signin.rules import CARRIED
from panel.kernel import ids
from tests.factories.people import actor_of, code_of, signed_in

pytestmark = pytest.mark.django_db


def _send(client: Client, path: str, fields: dict[str, str] | None = None, **options: Any) -> Any:
    """As a browser sends a form without files."""
    sent = urlencode(fields or {})
    return client.post(path, sent, content_type="application/x-www-form-urlencoded", **options)


def _next(url: str) -> str:
    return parse_qs(urlsplit(url).query)["next"][0]


class TestFiles:
    """A form with a file is kept with it, sealed, and carried on as it was sent."""

    def _request(self, size: int) -> Any:
        upload = SimpleUploadedFile("people.csv", b"x" * size, "text/csv")
        request = RequestFactory(headers={"referer": "http://testserver/people/"}).post(
            "/teams/", {"name": "Night shift", "list": upload}
        )
        request.resolver_match = resolve("/teams/")
        return request

    def test_it_waits_sealed_and_goes_on_with_its_bytes(self, adam: User) -> None:
        request: Any = self._request(5000)
        request.actor, request.session = actor_of(adam), {}
        page = middleware.keep(request)
        assert page is not None
        row = Kept.objects.get()
        assert b"people.csv" not in bytes(row.sealed)
        on: Any = RequestFactory().post(
            "/teams/", urlencode({CARRIED: str(row.id)}), content_type=middleware.PLAIN_FORM
        )
        on.actor, on.resolver_match = actor_of(adam), resolve("/teams/")
        assert middleware.CarryOn(lambda _request: HttpResponse()).process_view(on, None, (), {}) is None
        assert on.POST["name"] == "Night shift"
        sent = on.FILES["list"]
        assert (sent.name, sent.content_type, sent.read()) == ("people.csv", "text/csv", b"x" * 5000)

    def test_more_than_four_megabytes_are_not_kept(self, adam: User) -> None:
        request = self._request(4 * 1024 * 1024 + 1)
        request.actor, request.session = actor_of(adam), {}
        request._messages = FallbackStorage(request)
        assert middleware.keep(request) is None
        request.close()
        assert not Kept.objects.exists()


class TestHtmxAndTheApi:
    def test_a_part_of_a_page_goes_to_the_factor_as_a_whole_page_and_comes_back(self, adam: User, bob: User) -> None:
        client = signed_in(adam, fresh=False)
        path = reverse("roles:give", args=[bob.id])
        sent = {"role": "developer", "reason": "Builds the shop"}
        answer = _send(client, path, sent, headers={"HX-Request": "true"})
        assert answer.status_code == 204
        step_up = answer["HX-Redirect"]
        kept_id = _next(step_up).split("/")[2]
        proof = {"code": code_of(adam.totpdevice_set.get()), CARRIED: kept_id}
        proved = _send(client, step_up, proof)
        assert (proved.status_code, proved["Location"]) == (307, path)
        assert _send(client, path, proof).status_code == 302
        assert RoleGrant.objects.get(user=bob, role="developer").reason == "Builds the shop"

    def test_a_page_that_htmx_asked_for_comes_back_to_where_it_stood(self, adam: User) -> None:
        client = signed_in(adam, fresh=False)
        here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/people/"}
        answer = client.get(reverse("signin:limits"), headers=here)
        assert _next(answer["HX-Redirect"]) == "http://testserver/people/"

    def test_the_api_says_so_in_a_problem(self, adam: User) -> None:
        client = signed_in(adam, fresh=False)
        path = f"/api/v1/secrets/{ids.new_id()}/destruction/"
        answer = client.post(path, {"reason": "r"}, content_type="application/json")
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "fresh_factor_needed"
