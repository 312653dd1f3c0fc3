from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import EVERYBODY, Permit, Role, door, open_to_all
from panel.journal.models import Leaf, Refusal
from panel.kernel.errors import Forbidden
from panel.ui.api.views import Endpoint
from tests.factories.people import make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
ADMIN = Permit("t.admin", "Administer tests", frozenset({Role.ADMINISTRATOR}))
FRESH = Permit("t.fresh", "Do delicate things", EVERYBODY, fresh=True)
ALL = Permit("t.all", "Look", EVERYBODY)


def _view(request: HttpRequest) -> HttpResponse:
    actor: Any = request.actor  # type: ignore[attr-defined]
    return HttpResponse(f"{actor.kind} {actor.id}")


def _copy() -> Any:
    """A function of its own, since the declaration is an attribute of the function."""

    def view(request: HttpRequest) -> HttpResponse:
        return _view(request)

    return view


@door(ALL)
def _verb(request: HttpRequest) -> HttpResponse:
    raise Forbidden("Not this one.", permit="t.admin")


@door(ALL)
class _Verb(Endpoint):
    def get(self, request: Request) -> Response:
        raise Forbidden("Not this one.", permit="t.admin")


urlpatterns = [
    path("t/verb/", _verb),
    path("api/v1/t/verb/", _Verb.as_view()),
    path("", include("panel.urls")),
    path("t/undeclared/", _copy()),
    path("t/open/", open_to_all("test")(_copy())),
    path("t/all/", door(ALL)(_copy())),
    path("t/admin/", door(ADMIN)(_copy())),
    path("t/fresh/", door(FRESH)(_copy())),
    path("t/by-method/", door(ALL, post=ADMIN)(_copy())),
    path("api/v1/t/", door(ALL)(_copy())),
    path("api/v1/t/admin/", door(ADMIN)(_copy())),
    path("api/v1/t/fresh/", door(FRESH)(_copy())),
]


@pytest.fixture
def alice() -> Client:
    return signed_in(make_person("alice"))


def test_a_view_that_declares_nothing_is_refused_to_everybody(alice: Client) -> None:
    assert alice.get("/t/undeclared/").status_code == 403
    assert Client().get("/t/undeclared/").status_code == 403
    assert alice.get("/t/open/").status_code == 200


def test_a_stranger_is_sent_to_sign_in_and_will_come_back() -> None:
    response = Client().get("/t/all/?page=2")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=%2Ft%2Fall%2F%3Fpage%3D2"


def test_htmx_is_told_to_go_to_the_sign_in_page() -> None:
    response = Client().get("/t/all/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/t/all/"})
    assert response.status_code == 204
    assert response["HX-Redirect"].startswith("/sign-in/")


def test_the_api_answers_with_a_problem() -> None:
    response = Client().get("/api/v1/t/")
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["code"] == "unauthenticated"


def test_a_session_without_second_factor_is_nobody() -> None:
    client = Client()
    client.force_login(make_person("bob"))
    assert client.get("/t/all/").status_code == 302


def test_a_missing_right_is_refused_and_journalled(alice: Client) -> None:
    response = alice.get("/t/admin/")
    assert response.status_code == 403
    assert "Administer tests" in response.content.decode()
    leaf = Leaf.objects.get(event="access.refused")
    assert b"t.admin" in bytes(leaf.data)
    assert alice.get("/api/v1/t/admin/").json()["code"] == "forbidden"


def test_what_a_verb_refuses_behind_an_open_door_is_journalled_too(alice: Client) -> None:
    for page in ("/t/verb/", "/api/v1/t/verb/"):
        assert alice.get(page).status_code == 403
    told = [bytes(leaf.data) for leaf in Leaf.objects.filter(event="access.refused")]
    assert [b"t.admin" in one for one in told] == [True, True]


def test_refused_strangers_are_counted_not_listed() -> None:
    for _ in range(3):
        Client().get("/api/v1/t/")
    assert not Leaf.objects.filter(event="access.refused").exists()
    assert sum(Refusal.objects.values_list("count", flat=True)) >= 1


def test_methods_can_have_permits_of_their_own(alice: Client) -> None:
    assert alice.get("/t/by-method/").status_code == 200
    assert alice.post("/t/by-method/").status_code == 403
    assert signed_in(make_person("adam", role=Role.ADMINISTRATOR)).post("/t/by-method/").status_code == 200


def test_a_stale_factor_is_asked_for_again() -> None:
    user = make_person("carol")
    assert signed_in(user).get("/t/fresh/").status_code == 200
    stale = signed_in(user, fresh=False)
    assert stale.get("/t/fresh/")["Location"] == "/step-up/?next=%2Ft%2Ffresh%2F"
    assert stale.get("/api/v1/t/fresh/").json()["code"] == "fresh_factor_needed"


def test_an_unknown_bearer_is_nobody_even_with_a_session(alice: Client) -> None:
    response = alice.get("/api/v1/t/", headers={"Authorization": "Bearer clp_nonsense"})
    assert response.status_code == 401


def test_the_actor_carries_session_and_request(alice: Client) -> None:
    assert alice.get("/t/all/").content.decode().startswith("person ")
