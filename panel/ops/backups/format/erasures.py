"""The ledger beside the backups: what a restore has to erase again, and what stands whatever is restored. Free of Django.

One file a directory, `erasures.ledger`: `length (4) | header | sealed stream` with JSON lines `[kind, id, instant]` of erasures and
`[kind, id, instant, text]` of what stands (legal holds). It grows: an entry never leaves it; of what stands the newest counts.
"""

import base64
import json
import os
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from uuid import UUID

from panel.kernel.crypto import envelope, kek
from panel.ops.backups.format import archive
from panel.ops.backups.format.archive import ArchiveError, Header

NAME = "erasures.ledger"
Entry = tuple[str, UUID, str]
"""(kind, id, ISO instant)."""
Facts = dict[tuple[str, UUID], tuple[str, str]]
"""What stands: (kind, id) -> (ISO instant of its last change in UTC, text)."""
UNREADABLE = "The ledger of erasures {path} is damaged, or sealed under a key ring that this machine does not have."


def read(path: Path, provider: kek.KeyProvider, installation: UUID) -> set[Entry]:
    """The erasures; none when there is no file. Raises ArchiveError when it is damaged or another installation's."""
    return read_all(path, provider, installation)[0]


def read_all(path: Path, provider: kek.KeyProvider, installation: UUID) -> tuple[set[Entry], Facts]:
    """The erasures and what stands. Raises ArchiveError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return set(), {}
    return _opened(data, provider, installation, path)


def newest(*several: Facts) -> Facts:
    """Of each the one that changed last."""
    found: Facts = {}
    for facts in several:
        for key, told in facts.items():
            found[key] = max(found.get(key, told), told)
    return found


def _opened(data: bytes, provider: kek.KeyProvider, installation: UUID, path: Path) -> tuple[set[Entry], Facts]:
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
    return _parsed(lines)


def _parsed(lines: Iterable[bytes]) -> tuple[set[Entry], Facts]:
    entries: set[Entry] = set()
    facts: Facts = {}
    for line in lines:
        kind, one, at, *text = json.loads(line)
        if text:
            facts[str(kind), UUID(one)] = (str(at), str(text[0]))
        else:
            entries.add((str(kind), UUID(one), str(at)))
    return entries, facts


def add(
    directory: Path, entries: set[Entry], provider: kek.KeyProvider, header: Header, key: bytes, facts: Facts | None = None
) -> bool:  # fmt: skip
    """Put entries into the directory's ledger, whole or not at all; returns whether an erasure was among them.

    `header` and `key` are fresh ones (archive.new_header). Raises OSError, ArchiveError.
    """
    path = directory / NAME
    known, stood = read_all(path, provider, header.installation)
    held = {(kind, one) for kind, one, _ in known}
    fresh = {entry for entry in entries if entry[:2] not in held}
    stands = newest(stood, facts or {})
    if fresh or stands != stood or not path.exists():
        lines: list[list[str]] = [[kind, str(one), at] for kind, one, at in sorted(known | fresh, key=str)]
        lines += [[kind, str(one), *told] for (kind, one), told in sorted(stands.items(), key=str)]
        _write(directory, lines, header, key)
    return bool(fresh)


def _write(directory: Path, lines: list[list[str]], header: Header, key: bytes) -> None:
    path = directory / NAME
    temporary = directory / f".{NAME}.new"
    temporary.unlink(missing_ok=True)
    clear = header.encoded()
    sealer = envelope.StreamSealer(key, header.part_context("erasures"))
    text = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(len(clear).to_bytes(4) + clear + sealer.update(text) + sealer.finish())
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    archive.sync_folder(directory)


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
