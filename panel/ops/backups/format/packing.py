"""A backup as one uncompressed tar, made while it is sent: no second copy on the disk, flat memory. Free of Django."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

from panel.ops.backups.format import erasures

BLOCK = tarfile.BLOCKSIZE
PIECE = 1 << 20


def files(folder: Path) -> list[tuple[str, Path]]:
    """What goes in: the backup, and the newest ledger of erasures beside it."""
    found = [(f"{folder.name}/{path.name}", path) for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    ledger = folder.parent / erasures.NAME
    return [*found, (erasures.NAME, ledger)] if ledger.exists() else found


def size(parts: list[tuple[str, Path]]) -> int:
    """Bytes of the tar to come."""
    return sum(BLOCK + -(-path.stat().st_size // BLOCK) * BLOCK for _, path in parts) + 2 * BLOCK


def packed(parts: list[tuple[str, Path]]) -> Iterator[bytes]:
    """The tar in pieces. Raises OSError when a file is gone meanwhile."""
    for name, path in parts:
        with path.open("rb") as file:
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = path.stat().st_size, 0o600, int(path.stat().st_mtime)
            yield info.tobuf(tarfile.USTAR_FORMAT)
            while piece := file.read(PIECE):
                yield piece
        yield bytes(-info.size % BLOCK)
    yield bytes(2 * BLOCK)
