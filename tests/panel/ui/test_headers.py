"""Headers of every answer, and the words of error pages."""

import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from accounts.access.rules import open_to_all
from panel.kernel.errors import Conflict, Forbidden, Missing, Refusal, TooMany
from panel.ui.web import errors
from panel.ui.web.middleware import Headers

pytestmark = pytest.mark.django_db
POLICY = {
    "default-src": {"'none'"},
    "style-src": {"'self'"},
    "img-src": {"'self'"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
    "object-src": {"'none'"},
}


@open_to_all("a test")
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a sentence that nobody outside may read")


urlpatterns = [path("broken/", broken), path("api/v1/broken/", broken)]
handler404 = "panel.ui.web.errors.not_found"
handler500 = "panel.ui.web.errors.server_error"


def policy_of(answer: Any) -> dict[str, set[str]]:
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";")]
    return {part[0]: set(part[1:]) for part in parts}


def check(answer: Any) -> None:
    policy = policy_of(answer)
    scripts = policy.pop("script-src")
    assert policy == POLICY
    assert all(re.fullmatch(r"'nonce-[A-Za-z0-9+/=]{24}'", one) for one in scripts)
    nonces = set(re.findall(r'nonce="([^"]+)"', answer.content.decode()))
    assert {f"'nonce-{one}'" for one in nonces} == scripts
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["X-Request-ID"] in answer.content.decode()


def test_a_missing_page_is_strict_and_names_its_request(client: Client) -> None:
    answer = client.get("/there-is-no-such/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
    assert "HX-Request" in answer["Vary"]
    check(answer)


@pytest.mark.urls(__name__)
def test_a_broken_page_is_strict_and_tells_nothing_of_the_fault(client: Client) -> None:
    client.raise_request_exception = False
    answer = client.get("/broken/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert "nobody outside" not in answer.content.decode()
    check(answer)


@pytest.mark.urls(__name__)
def test_a_broken_endpoint_answers_with_a_problem(client: Client) -> None:
    client.raise_request_exception = False
    answer = client.get("/api/v1/broken/")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "fault"
    assert client.get("/api/v1/none/").json()["code"] == "not_found"


def test_a_wrong_host_is_refused_with_the_same_headers(client: Client) -> None:
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    check(answer)


def test_two_answers_never_share_a_nonce(client: Client) -> None:
    found = {str(policy_of(client.get("/none/"))["script-src"]) for _ in range(3)}
    assert len(found) == 3


def test_a_client_cannot_choose_the_request_id() -> None:
    request = RequestFactory().get("/", headers={"x-request-id": "forged"})
    assert Headers(lambda _request: HttpResponse())(request)["X-Request-ID"] != "forged"


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Missing("No such assistant."), 404),
        (Forbidden("You cannot publish here."), 403),
        (Conflict("Changed by Ada 2 min ago. Yours is not saved."), 409),
        (Refusal("This page link is damaged."), 400),
        (TooMany("Wait a little.", retry_after=30), 429),
    ],
)
def test_a_refusal_is_its_own_page(refusal: Refusal, status: int) -> None:
    answer = errors.answer(RequestFactory().get("/x/"), refusal)
    assert answer.status_code == status
    assert refusal.sentence in answer.content.decode()
    assert answer.get("Retry-After") == ("30" if status == 429 else None)


def test_a_slice_can_answer_a_refusal_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "_answers", {})
    errors.register("fresh_factor_needed", lambda request, refusal: HttpResponse("prove it"))
    refusal = Forbidden("Prove your second factor.", code="fresh_factor_needed")
    assert errors.answer(RequestFactory().get("/x/"), refusal).content == b"prove it"


def test_a_fragment_that_is_refused_takes_the_whole_page() -> None:
    request = RequestFactory().get("/x/")
    request.htmx = True  # type: ignore[attr-defined]
    assert errors.answer(request, Missing("Gone."))["HX-Retarget"] == "body"


def test_pages_are_compressed_and_nothing_else_is(client: Client) -> None:
    page = client.get("/sign-in/", headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page["Vary"]
    assert "Content-Encoding" not in client.get("/sign-in/")
    refused = client.get("/api/v1/secrets/", headers={"Accept-Encoding": "gzip"})
    assert refused.status_code == 401
    assert "Content-Encoding" not in refused
