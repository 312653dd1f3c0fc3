"""Journeys: a person, a browser and a panel that was started like any other."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys import browser as browsers
from tests.journeys import steps
from tests.journeys.browser import Person
from tests.journeys.started import StartedPanel, started
from tests.stage.provider import MockProvider

# Playwright's synchronous interface runs a loop in this thread; Django refuses its ORM beside one unless told.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ended with its module: the loop that it runs in this thread is in the way of other tests' loops."""
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


@dataclass
class Journey:
    """A panel with its first administrator, who keeps the window open; `assistant` is the address of the first one."""

    panel: StartedPanel
    adam: Person
    kept: steps.Kept
    provider: MockProvider
    assistant: str = ""


@pytest.fixture(scope="module")
def journey(browser: Browser, panel: StartedPanel, _provider: MockProvider) -> Journey:
    adam = browsers.enter(browser, panel.base)
    kept = steps.set_up(adam, panel.link)
    return Journey(panel, adam, kept, _provider)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedPanel]:
    with started(tmp_path_factory.mktemp("demo") / "data", "--demo") as running:
        yield running


@pytest.fixture(scope="session")
def world(demo: StartedPanel) -> dict[str, Any]:
    return dict(json.loads((demo.data_dir / "demo.json").read_text()))
