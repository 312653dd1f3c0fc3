"""The databases of a worker: a clone of the migrated template, made anew instead of flushed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from panel import celery  # noqa: F401 - jobs are sent through the panel's own Celery app
from panel.kernel import installation
from panel.kernel.crypto import keyring
from tests.stage.run import Run


def forget() -> None:
    """Empty what a process remembers about its database."""
    keyring.forget()
    installation.forget()


@pytest.fixture(scope="session")
def django_db_setup(stage: Run, django_db_blocker: Any) -> None:
    """In place of pytest-django's: a clone of the migrated template, used as the application role."""
    stage.fresh(stage.database)

    def teardown(_: TransactionTestCase) -> None:
        connections.close_all()
        stage.fresh(stage.database)
        forget()

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


@pytest.fixture
def owner(stage: Run, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A connection of the database owner (psycopg, autocommit) to the database that this test uses."""
    live = "live_db" in request.fixturenames
    request.getfixturevalue("live_db" if live else "django_db_setup")
    with stage.owner(stage.live if live else stage.database) as connection:
        yield connection


@pytest.fixture(scope="session")
def live_database(stage: Run) -> str:
    stage.fresh(stage.live)
    return stage.live


@pytest.fixture
def live_db(live_database: str, django_db_blocker: Any) -> Iterator[None]:
    """The database of the live processes, committed to for good: a test makes its own objects and counts only those."""
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = live_database
        forget()
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = before
            forget()
