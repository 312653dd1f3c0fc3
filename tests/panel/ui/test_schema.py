"""The API's schema describes what the API does."""

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

pytestmark = pytest.mark.django_db


class TestSchema:
    @pytest.fixture
    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
        return found

    def test_every_operation_has_its_own_name_and_tells_of_problems(self, schema: dict[str, Any]) -> None:
        operations = [one for path in schema["paths"].values() for one in path.values()]
        names = [one["operationId"] for one in operations]
        assert len(names) == len(set(names)) > 20
        assert all("4XX" in one["responses"] for one in operations)
        assert schema["components"]["schemas"]["Problem"]["required"]

    def test_creates_take_an_idempotency_key(self, schema: dict[str, Any]) -> None:
        taken = [one["name"] for one in schema["paths"]["/api/v1/assistants/"]["post"]["parameters"]]
        assert taken == ["Idempotency-Key"]

    def test_nothing_in_it_is_ambiguous(self) -> None:
        GENERATOR_STATS.reset()
        SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
        told = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
        assert told == []
