import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.kernel import clock, ids


@given(st.datetimes(min_value=datetime(2001, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_an_id_carries_its_instant_to_the_millisecond(at: datetime) -> None:
    made = ids.new_id(at)
    assert made.version == 7
    assert abs(ids.moment_of(made) - at) <= timedelta(milliseconds=1)
    assert ids.day_of(made) == ids.moment_of(made).date()


def test_ids_made_in_a_row_sort_by_creation() -> None:
    made = [ids.new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_an_id_of_another_version_has_no_instant() -> None:
    with pytest.raises(ValueError, match="no time"):
        ids.moment_of(uuid4())


class TestClock:
    def test_the_file_moves_time_and_time_runs_on(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "clock"
        file.write_text("2031-05-06T07:08:09+00:00")
        an_hour_ago = datetime.now(UTC).timestamp() - 3600
        os.utime(file, (an_hour_ago, an_hour_ago))
        monkeypatch.setenv("PANEL_MODE", "test")
        monkeypatch.setenv("PANEL_TEST_CLOCK", str(file))
        assert timedelta() <= clock.now() - datetime(2031, 5, 6, 8, 8, 9, tzinfo=UTC) < timedelta(seconds=30)

    def test_a_production_panel_ignores_the_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "clock"
        file.write_text("2031-05-06T07:08:09+00:00")
        monkeypatch.setenv("PANEL_MODE", "production")
        monkeypatch.setenv("PANEL_TEST_CLOCK", str(file))
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=30)
