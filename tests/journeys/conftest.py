"""Journeys: a person, a browser and a panel that was started like any other."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys import browser as browsers
from tests.journeys.started import StartedPanel, started

# Playwright's synchronous interface runs a loop in this thread; Django refuses its ORM beside one unless told.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if browsers.executable() is None:
        pytest.fail(browsers.HOW, pytrace=False)
    with browsers.running() as running:
        yield running


@pytest.fixture(scope="session")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedPanel]:
    """`manage.py up` in an empty data directory whose name has a space."""
    folder: Path = tmp_path_factory.mktemp("journey") / "data dir"
    with started(folder) as running:
        yield running
