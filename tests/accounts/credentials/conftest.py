"""An assistant that alice owns, for keys to call."""

from typing import Any

import pytest


@pytest.fixture
def assistant(alice: Any) -> Any:
    from tests.accounts.credentials.making import make_assistant  # noqa: PLC0415 - models, when Django is set up

    return make_assistant(alice)


@pytest.fixture
def shop(alice: Any, assistant: Any) -> Any:
    """An OAuth client that may chat and list models."""
    from tests.accounts.credentials.making import client_of, fresh  # noqa: PLC0415

    return client_of(fresh(alice), assistant)
