"""The API's conventions: problems, cursor pages, ETags, a create that is sent twice happens once."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from rest_framework import serializers
from rest_framework.test import APIRequestFactory

from panel.kernel import clock
from panel.kernel.actors import ANONYMOUS, Actor
from panel.kernel.errors import Conflict, TooMany
from panel.kernel.ids import new_id
from panel.ui.api import idempotency
from panel.ui.api.conditional import etag
from panel.ui.api.views import Collection, Item
from panel.ui.lists.keyset import Cursor, encode
from panel.ui.models import Created

pytestmark = pytest.mark.django_db
ME, OTHER = Actor("key", new_id()), Actor("key", new_id())
Make = Callable[..., list[Created]]


class Out(serializers.Serializer[Any]):
    route = serializers.CharField()
    status = serializers.IntegerField()
    secret = serializers.CharField(required=False)


class In(serializers.Serializer[Any]):
    route = serializers.CharField(max_length=20)
    status = serializers.IntegerField()


class Things(Collection):
    serializer_class, input_class = Out, In
    ordering, hidden = "status", ("secret",)
    made: list[Any] = []
    refusal: Exception | None = None

    def rows(self) -> Any:
        return Created.objects.exclude(route__startswith="POST")

    def create(self, given: Mapping[str, Any]) -> Any:
        self.made.append(given)
        if self.refusal:
            raise self.refusal
        return {**given, "secret": "clp_only_once"}

    def url_of(self, made: Any) -> str:
        return "/api/v1/things/1"


class Thing(Item):
    serializer_class, input_class = Out, In
    state: dict[str, Any] = {}

    def thing(self) -> Any:
        return self.state

    def tag(self, thing: Any) -> str:
        return etag(thing["route"], thing["status"])

    def change(self, thing: Any, given: Mapping[str, Any]) -> Any:
        thing.update(given)
        return thing


def call(view: type[Any], method: str = "get", path: str = "/api/v1/things", body: Any = None, **options: Any) -> Any:
    headers = options.pop("headers", {})
    factory = APIRequestFactory(enforce_csrf_checks=True)
    build = getattr(factory, method)
    request = build(path, headers=headers) if body is None else build(path, body, format="json", headers=headers)
    request.actor = options.pop("actor", ME)
    return view.as_view(**options)(request).render()


def problem(answer: Any) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(answer.content)
    assert found["status"] == answer.status_code
    assert found["type"] == f"urn:panel:{found['code']}"
    return found


def test_pages_follow_one_another_by_cursor(rows: Make) -> None:
    rows(*[(f"r{n}", n // 3) for n in range(7)])
    found, path = [], "/api/v1/things?limit=3"
    while path:
        answer = json.loads(call(Things, path=path, made=[]).content)
        found += [row["route"] for row in answer["items"]]
        path = answer["next"]
    assert sorted(found) == [f"r{n}" for n in range(7)]


FOREIGN = encode(Cursor("-pk", "x", "\ud800"))
BAD_LIMITS = ["limit=0", "limit=201", "limit=x", "limit=-1", "limit=٣", "limit=000000001999999", f"limit={'9' * 5000}"]


@pytest.mark.parametrize("query", ["cursor=zzz", f"cursor={FOREIGN}", *BAD_LIMITS])
def test_a_damaged_page_request_is_a_problem(db: None, query: str) -> None:
    answer = call(Things, path=f"/api/v1/things?{query}", made=[])
    assert answer.status_code == 400
    assert problem(answer)["code"] in {"bad_cursor", "bad_limit"}


DEEP = [b"[" * 50_000, b'{"a":' * 900 + b"1" + b"}" * 900, b"[" * 80 + b"]" * 80]


@pytest.mark.parametrize("body", [*DEEP, b'{"route":"\\ud800"}', b"\xff", b"{", b'{"a":NaN}', b'{"a":1,"a":2}'])
def test_a_body_that_cannot_be_read_is_a_problem_and_no_fault(body: bytes) -> None:
    request = APIRequestFactory().post("/api/v1/things", body, content_type="application/json")
    request.actor = ME  # type: ignore[attr-defined]
    answer = Things.as_view(made=[])(request).render()
    assert (answer.status_code, problem(answer)["code"]) == (400, "malformed")


def test_a_list_refuses_a_filter_that_it_does_not_know() -> None:
    answer = call(Things, path="/api/v1/things?stat=1&limit=3", made=[])
    assert answer.status_code == 422
    assert problem(answer)["errors"] == [{"field": "stat", "detail": "This address reads: cursor, limit."}]


def test_options_answers_without_looking_for_an_object() -> None:
    class Whole(Thing):
        def put(self, request: Any) -> Any:
            return request

    answer = call(Whole, "options")
    assert (answer.status_code, answer["Allow"]) == (200, "GET, PUT, PATCH, HEAD, OPTIONS")


def test_invalid_input_names_each_field() -> None:
    answer = call(Things, "post", body={"route": "x" * 30}, made=[])
    assert answer.status_code == 422
    assert {one["field"] for one in problem(answer)["errors"]} == {"route", "status"}


def test_nobody_is_told_to_bring_a_key() -> None:
    answer = call(Things, actor=ANONYMOUS, made=[])
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert problem(answer)["code"] == "unauthenticated"


def test_a_session_needs_its_csrf_token_to_write() -> None:
    made: list[Any] = []
    answer = call(Things, "post", body={"route": "a", "status": 1}, made=made, actor=Actor("person", new_id()))
    assert (answer.status_code, problem(answer)["code"], made) == (403, "csrf", [])
    assert call(Things, made=made, actor=Actor("person", new_id())).status_code == 200


def test_other_methods_and_types_are_problems() -> None:
    assert problem(call(Things, "put", body={}, made=[]))["code"] == "method_not_allowed"
    request: Any = APIRequestFactory().post("/x", "<a/>", content_type="text/xml")
    request.actor = ME
    assert problem(Things.as_view(made=[])(request).render())["code"] == "unsupported_media_type"
    request = APIRequestFactory().post("/x", "{", content_type="application/json")
    request.actor = ME
    assert problem(Things.as_view(made=[])(request).render())["code"] == "malformed"


def test_a_refusal_keeps_its_sentence_code_and_headers() -> None:
    answer = call(
        Things, "post", body={"route": "a", "status": 1}, made=[], refusal=Conflict("Taken.", code="name_taken")
    )
    assert (answer.status_code, problem(answer)["code"], problem(answer)["title"]) == (409, "name_taken", "Taken.")
    slow = call(Things, "post", body={"route": "a", "status": 1}, made=[], refusal=TooMany("Wait.", retry_after=9))
    assert slow["Retry-After"] == "9"


class TestIdempotency:
    body = {"route": "a", "status": 1}

    def send(self, made: list[Any], *, key: str = "k1", **options: Any) -> Any:
        return call(
            Things, "post", body=options.pop("body", self.body), made=made, headers={"Idempotency-Key": key}, **options
        )

    def test_the_second_request_gets_the_first_answer_without_what_is_shown_once(self) -> None:
        made: list[Any] = []
        first, second = self.send(made), self.send(made)
        assert len(made) == 1
        assert (first.status_code, second.status_code) == (201, 201)
        assert first["Location"] == second["Location"] == "/api/v1/things/1"
        assert json.loads(first.content) == {"route": "a", "status": 1, "secret": "clp_only_once"}
        assert json.loads(second.content) == {"route": "a", "status": 1, "secret": None}
        assert second["Idempotency-Replayed"] == "true"

    def test_another_caller_or_key_creates_anew(self) -> None:
        made: list[Any] = []
        self.send(made)
        self.send(made, actor=OTHER)
        self.send(made, key="k2")
        assert len(made) == 3

    def test_the_same_key_with_another_body_is_refused(self) -> None:
        made: list[Any] = []
        self.send(made)
        answer = self.send(made, body={"route": "b", "status": 1})
        assert (answer.status_code, problem(answer)["code"], len(made)) == (422, "idempotency_key_reused", 1)

    def test_a_refused_create_may_be_tried_again(self) -> None:
        made: list[Any] = []
        assert self.send(made, refusal=Conflict("Not now.")).status_code == 409
        assert self.send(made).status_code == 201

    def test_a_key_that_is_too_long_is_refused(self) -> None:
        assert problem(self.send([], key="k" * 256))["code"] == "bad_idempotency_key"

    def test_nothing_of_the_answer_stands_in_clear_in_the_table(self) -> None:
        self.send([], body={"route": "ada@example.test", "status": 1})
        with connection.cursor() as cursor:
            cursor.execute("SELECT ui_created::text FROM ui_created")
            text = cursor.fetchone()[0]
        for word in ("ada@example.test", "clp_only_once"):
            assert word not in text
            assert word.encode().hex() not in text

    def test_answers_are_forgotten_after_a_day(self) -> None:
        self.send([])
        assert idempotency.forget() == 0
        Created.objects.update(created_at=clock.now() - timedelta(days=1, seconds=1))
        assert idempotency.forget() == 1


class TestConditional:
    def test_a_reader_who_has_it_gets_304(self) -> None:
        state = {"route": "a", "status": 1}
        tag = call(Thing, state=state)["ETag"]
        assert call(Thing, state=state, headers={"If-None-Match": f"W/{tag}"}).status_code == 304

    def test_a_change_needs_the_tag_that_was_read(self) -> None:
        state = {"route": "a", "status": 1}
        body = {"route": "b", "status": 2}
        tag = call(Thing, state=state)["ETag"]
        assert problem(call(Thing, "patch", body=body, state=state))["code"] == "if_match_needed"
        changed = call(Thing, "patch", body=body, state=state, headers={"If-Match": tag})
        assert (changed.status_code, changed["ETag"] != tag, state["route"]) == (200, True, "b")
        late = call(Thing, "patch", body=body, state=state, headers={"If-Match": tag})
        assert (late.status_code, problem(late)["code"]) == (412, "changed_meanwhile")

    def test_tags_tell_parts_apart(self) -> None:
        assert etag("a", "bc") != etag("ab", "c")
        assert etag(UUID(int=1)) == etag(UUID(int=1))
