"""The stage keeps its word: databases are clones, and what a test commits is gone after it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from panel.kernel import clock
from panel.kernel.models import Setting


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", [1, 2])
def test_a_committing_test_begins_with_a_fresh_clone(attempt: int) -> None:
    assert not Setting.objects.filter(name="stage").exists()
    Setting.objects.create(name="stage", value=attempt)


@pytest.mark.django_db
def test_the_owner_sees_the_database_of_the_test(owner: Any) -> None:
    row = owner.execute(
        "SELECT current_user, current_database() LIKE 'test_%', count(*) FROM kernel_installation"
    ).fetchone()
    assert row == ("panel", True, 1)


def test_the_clock_moves_by_a_file(test_clock: Callable[[datetime], None]) -> None:
    test_clock(datetime(2031, 5, 6, 7, 8, tzinfo=UTC))
    assert clock.now().isoformat().startswith("2031-05-06T07:08")
