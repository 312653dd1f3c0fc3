"""The API's documentation says what the schema says, all of it, once, on pages that stay light."""

import json

import jsonschema_rs
import pytest
from drf_spectacular.generators import SchemaGenerator

from accounts.people.models import User
from panel.home import reference
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
HEAVIEST = 120 * 1024


def operations() -> list[reference.Operation]:
    return [one for area in reference.areas("en") for one in area.operations]


def test_every_operation_of_the_schema_stands_in_it_once() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    known = sorted((path, method.upper()) for path, methods in schema["paths"].items() for method in methods)
    assert sorted((one.path, one.method) for one in operations()) == known
    assert len({one.id for one in operations()}) == len(known)


def test_examples_fit_their_schemas() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    tried = 0
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if body is None:
                continue
            (one,) = [each for each in operations() if (each.path, each.method) == (path, method.upper())]
            jsonschema_rs.validate({**body, "components": schema["components"]}, json.loads(one.sent))
            tried += 1
    assert tried > 40


def test_a_key_is_told_its_scope_and_a_person_what_no_key_may() -> None:
    scopes = {(one.method, one.path): one.scope for one in operations()}
    assert scopes["POST", "/api/v1/secrets/"] == "manage:vault"
    assert "" in scopes.values()


def test_every_area_has_a_light_page_for_who_is_signed_in(bob: User) -> None:
    client = signed_in(bob)
    for path in ["/api/", *(f"/api/areas/{area.name}/" for area in reference.areas("en"))]:
        answer = client.get(path)
        assert answer.status_code == 200
        assert len(answer.content) <= HEAVIEST, path
    assert "Authorization: Bearer" in client.get("/api/areas/secrets/").content.decode()
    assert client.get("/api/areas/nothing/").status_code == 404
