"""The house's clock.

Law dates, ids, partitions and schedules read this clock; TOTP, sessions, signatures and TLS use real time.
In test and demo mode `PANEL_TEST_CLOCK` names a file that holds an ISO instant. Time runs on from that instant since the
file's modification time, so that every process agrees and a test moves time by writing the file.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

_cache: tuple[int, timedelta] | None = None
_told: timedelta | None = None


def _shifted(path: str) -> datetime:
    global _cache  # noqa: PLW0603 - one parsed file per process; the file's mtime is its key
    real = datetime.now(UTC)
    try:
        stamp = os.stat(path).st_mtime_ns  # noqa: PTH116 - called for every id; a Path object costs more than the call
        if _cache is None or _cache[0] != stamp:
            instant = datetime.fromisoformat(Path(path).read_text().strip())
            if instant.tzinfo is None:
                raise ValueError("PANEL_TEST_CLOCK needs an instant with an offset, such as 2026-10-01T12:00:00+00:00.")
            _cache = (stamp, instant.astimezone(UTC) - datetime.fromtimestamp(stamp / 1e9, UTC))
    except FileNotFoundError:
        return real
    return real + _cache[1]


@contextmanager
def told(instant: datetime) -> Iterator[None]:
    """In this process it is `instant` now, and time runs on from there: how the demo's story gets its past. Raises
    RuntimeError outside of test and demo mode."""
    global _told  # noqa: PLW0603 - one clock per process
    if os.environ.get("PANEL_MODE") not in {"test", "demo"}:
        raise RuntimeError("Only a demo or a test tells its clock what time it is.")
    before, _told = _told, instant - datetime.now(UTC)
    try:
        yield
    finally:
        _told = before


def now() -> datetime:
    """The current instant, aware, UTC."""
    if _told is not None:
        return datetime.now(UTC) + _told
    path = os.environ.get("PANEL_TEST_CLOCK")
    if path and os.environ.get("PANEL_MODE") in {"test", "demo"}:
        return _shifted(path)
    return datetime.now(UTC)
