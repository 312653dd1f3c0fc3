"""pytest's side of the stage: the environment before Django reads it, databases per worker, the clock."""

import importlib
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import hypothesis
import pytest

from tests.stage.run import Run, joined_run, new_run

# The machine may be busy: how long an example takes says nothing about the code.
hypothesis.settings.register_profile("panel", deadline=None)
hypothesis.settings.load_profile("panel")
NO_BROWSER = "BROWSER=0 was said"
LATER = (
    "tests.stage.database",
    "tests.stage.peers",
    "tests.stage.live",
    "tests.factories.cast",
    "tests.factories.world",
    "tests.factories.trials",
)
_run: list[Run] = []


def current() -> Run:
    return _run[0]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    workerinput = getattr(config, "workerinput", None)
    run = joined_run(workerinput["workerid"]) if workerinput else new_run()
    _run.append(run)
    os.environ["PANEL_TEST_RUN"], os.environ["PANEL_TEST_PASSWORD"] = str(run.folder), run.password
    for name in [one for one in os.environ if one.startswith("PANEL_") and not one.startswith("PANEL_TEST_")]:
        del os.environ[name]
    os.environ.update(run.environment(run.database))
    settings = importlib.import_module("django.conf").settings
    # Reading settings is also what makes pytest-django set Django up. No collected files are needed in this process.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    if not workerinput and getattr(config.option, "numprocesses", None):
        run.ensure_servers()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    # These import models, which Django allows from now on.
    for name in LATER:
        session.config.pluginmanager.import_plugin(name)
    # An xdist worker inherits the environment, and with this name in it would read the controller's settings.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_unconfigure() -> None:
    while _run:
        _run.pop().stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in Path(item.path).parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
        if "journeys" in Path(item.path).parts and os.environ.get("BROWSER") == "0":
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left_out = [one for one in terminalreporter.stats.get("skipped", []) if NO_BROWSER in str(one.longrepr)]
    if left_out:
        terminalreporter.write_line(f"{len(left_out)} browser journeys were left out because BROWSER=0 was said.")


@pytest.fixture(scope="session")
def stage() -> Run:
    return current()


@pytest.fixture
def test_clock(stage: Run) -> Iterator[Callable[[datetime], None]]:
    """`test_clock(instant)` moves the house's clock of every process of this worker; it runs on from there."""
    path = stage.folder / f"clock-{stage.worker}"

    def move(instant: datetime) -> None:
        path.write_text(instant.isoformat())

    yield move
    path.unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _ids_of_now() -> Iterator[None]:
    """A test that looked ahead leaves no ids of the future to the next one: ids never go back by themselves."""
    yield
    importlib.import_module("panel.kernel.ids").begin_again()
