"""Segments of the spool: files that one living process holds by flock; whoever finds one free may adopt it."""

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

ENDING = ".spool"
ROOM = 1024 * 1024
"""Bytes reserved for a segment ahead, so that a write cannot meet a full disk and a sync changes no length."""


@dataclass(slots=True)
class Segment:
    """An open, locked file; `size` is the end of its last acknowledged frame."""

    path: Path
    handle: int
    size: int = 0

    @property
    def worker(self) -> UUID:
        """Whose it is or was."""
        return UUID(self.path.name.split("-", 1)[0])

    def append(self, data: bytes) -> None:
        """Write and sync. On failure the tail is cut off again, so that later frames stay readable. Raises OSError."""
        try:
            written = 0
            while written < len(data):
                written += os.pwrite(self.handle, data[written:], self.size + written)
            os.fdatasync(self.handle)
        except OSError:
            os.ftruncate(self.handle, self.size)
            raise
        self.size += len(data)

    def read(self) -> bytes:
        return os.pread(self.handle, os.fstat(self.handle).st_size, 0)

    def remove(self) -> None:
        """Unlink, then free the lock: whoever waits for it sees that no name is left."""
        self.path.unlink(missing_ok=True)
        os.close(self.handle)

    def close(self) -> None:
        os.close(self.handle)


def create(folder: Path, name: str) -> Segment:
    """A new, locked segment that survives a crash of the machine. Raises OSError, ENOSPC among them."""
    path = folder / f"{name}{ENDING}"
    hidden = folder / f".{name}.new"
    handle = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.posix_fallocate(handle, 0, ROOM)
        os.fsync(handle)
        hidden.rename(path)
    except OSError:
        hidden.unlink(missing_ok=True)
        os.close(handle)
        raise
    _sync_folder(folder)
    return Segment(path, handle)


def orphans(folder: Path) -> Iterator[Segment]:
    """Segments whose process is gone, locked for the caller."""
    for path in sorted(folder.glob(f"*{ENDING}")):
        try:
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            continue
        if os.fstat(handle).st_nlink == 0:
            os.close(handle)
            continue
        yield Segment(path, handle, os.fstat(handle).st_size)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
