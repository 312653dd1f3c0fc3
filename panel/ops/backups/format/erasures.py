"""The ledger of erasures, kept beside the backups: what a restore has to erase again. Free of Django.

One file a directory, `erasures.ledger`: `length (4) | header | sealed stream` with JSON lines `[kind, id, instant]`. It holds
opaque ids only, and grows: an entry never leaves it.
"""

import base64
import json
import os
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from uuid import UUID

from panel.kernel import envelope
from panel.kernel.crypto import kek
from panel.ops.backups.format import archive
from panel.ops.backups.format.archive import ArchiveError, Header

NAME = "erasures.ledger"
Entry = tuple[str, UUID, str]
"""(kind, id, ISO instant)."""
UNREADABLE = "The ledger of erasures {path} is damaged, or sealed under a key ring that this machine does not have."


def read(path: Path, provider: kek.KeyProvider, installation: UUID) -> set[Entry]:
    """The entries; none when there is no file. Raises ArchiveError when it is damaged or another installation's."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return set()
    return opened(data, provider, installation, path)


def opened(data: bytes, provider: kek.KeyProvider, installation: UUID, path: Path) -> set[Entry]:
    size = int.from_bytes(data[:4])
    try:
        found = json.loads(data[4 : 4 + size])
        names = ("mode", "made_at", "kek_id", "wrapped")
        header = Header(UUID(found["id"]), UUID(found["installation"]), *(str(found[name]) for name in names))
        key = provider.unwrap(header.kek_id, base64.b64decode(header.wrapped), header.wrap_context)
        stream = envelope.open_stream(key, BytesIO(data[4 + size :]).read, header.part_context("erasures"))
        lines = b"".join(stream).splitlines()
    except (ValueError, KeyError, TypeError, envelope.EnvelopeError, kek.KekError):
        raise ArchiveError(UNREADABLE.format(path=path)) from None
    if header.installation != installation:
        raise ArchiveError(f"The ledger of erasures {path} belongs to another installation.")
    return set(_parsed(lines))


def _parsed(lines: Iterable[bytes]) -> Iterator[Entry]:
    for line in lines:
        kind, one, at = json.loads(line)
        yield str(kind), UUID(one), str(at)


def add(directory: Path, entries: set[Entry], provider: kek.KeyProvider, header: Header, key: bytes) -> bool:
    """Put entries into the directory's ledger, whole or not at all; returns whether it changed.

    `header` and `key` are fresh ones (archive.new_header). Raises OSError, ArchiveError.
    """
    path = directory / NAME
    known = read(path, provider, header.installation)
    held = {(kind, one) for kind, one, _ in known}
    fresh = {entry for entry in entries if entry[:2] not in held}
    if not fresh and path.exists():
        return False
    temporary = directory / f".{NAME}.new"
    temporary.unlink(missing_ok=True)
    clear = header.encoded()
    sealer = envelope.StreamSealer(key, header.part_context("erasures"))
    text = b"".join(
        json.dumps([kind, str(one), at]).encode() + b"\n" for kind, one, at in sorted(known | fresh, key=str)
    )
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(len(clear).to_bytes(4) + clear + sealer.update(text) + sealer.finish())
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    archive.sync_folder(directory)
    return True


def without_destroyed(lines: Iterable[bytes], columns: list[str], destroyed: dict[UUID, str]) -> Iterator[bytes]:
    """Rows of `kernel_datakey` as COPY text in which destroyed keys are tombstones."""
    places = {name: columns.index(name) for name in ("id", "wrapped", "destroyed_at")}
    for line in lines:
        values = line.rstrip(b"\n").split(b"\t")
        at = destroyed.get(UUID(values[places["id"]].decode()))
        if at and values[places["wrapped"]] != rb"\N":
            values[places["wrapped"]], values[places["destroyed_at"]] = rb"\N", at.encode()
            line = b"\t".join(values) + b"\n"  # noqa: PLW2901 - the row, emptied
        yield line
