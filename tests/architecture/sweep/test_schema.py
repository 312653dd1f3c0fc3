"""The API does what its schema says: schemathesis calls every operation as an administrator's key, destructive ones too.

Few examples with a fixed seed; what each call changes is taken back, so that every call finds the same world.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.access.rules import Role
from accounts.credentials.queries import keys
from panel.kernel import clock
from tests.accounts.credentials.making import fresh, manage
from tests.factories.people import give_role
from tests.factories.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
EXAMPLES = 5
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip
# Chunks of operations, so that a failure names a part and no single test runs for minutes.
PARTS = 4


@pytest.fixture
def headers(world: World) -> dict[str, str]:
    """A key of somebody who has every right that a key may carry."""
    adam = world.people["adam"]
    for role in (Role.PRIVACY_OFFICER, Role.OPERATOR):
        give_role(adam, role)
    scopes = sorted(one for one in keys.own_scopes(fresh(adam), clock.now()) if one.startswith("manage:"))
    return {"Authorization": f"Bearer {manage(fresh(adam), *scopes).token}"}


@pytest.fixture
def operations(headers: dict[str, str]) -> Iterator[list[Any]]:
    """Called through WSGI. Django would give its connection back after each request, and with it the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    loaded = schemathesis.openapi.from_wsgi("/api/schema/", WSGIHandler(), headers=headers)
    yield [one.ok() for one in loaded.get_all_operations() if isinstance(one, Ok)]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _call(case: Any, headers: dict[str, str]) -> Iterator[str]:
    before = transaction.savepoint()
    try:
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)
    except (Exception, FailureGroup) as failure:  # noqa: BLE001 - all operations are tried before the test says what it found
        yield f"{case.operation.label}: {failure}"
    finally:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(before)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_operation_keeps_its_word(
    part: int, world: World, headers: dict[str, str], operations: list[Any]
) -> None:
    wrong: dict[str, str] = {}
    for operation in operations[part::PARTS]:
        namespace = _namespace(operation.path)
        known = {name: value for name, value in _known(world, namespace).items() if f"{{{name}}}" in operation.path}
        strategy = st.one_of(operation.as_strategy(path_parameters=known), operation.as_strategy())

        @settings(
            max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=strategy if known else operation.as_strategy())
        def tried(case: Any) -> None:
            for found in _call(case, headers):
                wrong.setdefault(case.operation.label, found)

        tried()
    assert list(wrong.values()) == []
    assert len(operations) > 100


def _namespace(path: str) -> str:
    """ "guard" of `/api/v1/guard/...`, as far as the world has words of its own for it."""
    return path.removeprefix("/api/v1/").partition("/")[0]


def _known(world: World, namespace: str) -> dict[str, str]:
    plain = {name: value for name, value in world.values.items() if ":" not in name}
    own = {name.partition(":")[2]: value for name, value in world.values.items() if name.startswith(f"{namespace}:")}
    return plain | own
