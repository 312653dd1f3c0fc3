"""UUIDv7 (RFC 9562, section 5.7): ids that sort by time and carry their day."""

import os
import threading
from datetime import UTC, date, datetime
from uuid import UUID

from panel.kernel import clock

_lock = threading.Lock()
_last = (0, 0)


def new_id(at: datetime | None = None) -> UUID:
    """A new id for the instant `at` (default: now), increasing within a process even inside one millisecond."""
    global _last  # noqa: PLW0603 - the counter of RFC 9562 method 1 is process-wide by nature
    millis = int((at or clock.now()).timestamp() * 1000)
    with _lock:
        same = at is None and millis <= _last[0]
        base = _last[0] if same else millis
        count = _last[1] + 1 if same else int.from_bytes(os.urandom(2)) & 0x7FF
        if count > 0xFFF:
            base, count = base + 1, 0
        if at is None:
            _last = (base, count)
    tail = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return UUID(int=(base << 80) | (0x7 << 76) | (count << 64) | (0b10 << 62) | tail)


def begin_again() -> None:
    """Forget the last id: the clock was set back (see `clock.told`), and ids follow it."""
    global _last  # noqa: PLW0603 - see new_id
    with _lock:
        _last = (0, 0)


def moment_of(value: UUID) -> datetime:
    """The instant (UTC, milliseconds) that a UUIDv7 carries. Raises ValueError for another version."""
    if value.version != 7:
        raise ValueError("This id carries no time.")
    return datetime.fromtimestamp((value.int >> 80) / 1000, UTC)


def day_of(value: UUID) -> date:
    """The UTC day that a UUIDv7 carries: the partition key of its row."""
    return moment_of(value).date()
