"""Backup format 1: a folder of sealed parts, or the same files in one tar. Free of Django.

`header.json` (clear), `manifest.part` and one `<name>.part` each for files, database, keys. A part is zlib data in a sealed
stream (panel.kernel.crypto.envelope). Every backup has a key of its own, wrapped by the key-encryption key of the ring `content`;
part keys are derived from it, and each part is bound to its header and its name. Documented in docs/reference/backup-format.md.
"""

import base64
import contextlib
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from panel.kernel.crypto import envelope, kek

FORMAT = 1
RING = "content"
HEADER, MANIFEST = "header.json", "manifest"
ENDING = ".part"


class ArchiveError(RuntimeError):
    """The backup cannot be used; the sentence names the part and says why."""


@dataclass(frozen=True)
class Header:
    """What stands in clear: enough to find the key that opens the rest, and nothing about anybody."""

    id: UUID
    installation: UUID
    mode: str
    made_at: str
    kek_id: str
    wrapped: str

    def encoded(self) -> bytes:
        plain = {"format": FORMAT, **{name: str(value) for name, value in asdict(self).items()}}
        check = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
        return json.dumps({**plain, "check": check}, indent=1).encode() + b"\n"

    @property
    def wrap_context(self) -> bytes:
        return b"panel/v1/backup|" + self.installation.bytes + self.id.bytes

    def part_context(self, part: str) -> bytes:
        return hashlib.sha256(self.encoded()).digest() + part.encode()


@dataclass
class Manifest:
    """What the backup holds. `tables` maps a name to its rows, `sequences` to its last value; `partitions` are
    (parent, name, bounds, tail) in the order of making,
    `stores` (folder, pattern) by name; `parts` maps a name to {file, bytes, sha256}."""

    version: str = ""
    server: int = 0
    migrations: list[tuple[str, str]] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)
    partitions: list[tuple[str, str, str, str]] = field(default_factory=list)
    sequences: dict[str, int] = field(default_factory=dict)
    journal: dict[str, Any] = field(default_factory=dict)
    stores: dict[str, tuple[str, str]] = field(default_factory=dict)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)


def new_header(
    provider: kek.KeyProvider, *, backup: UUID, installation: UUID, mode: str, made_at: str
) -> tuple[Header, bytes]:
    """A header and the backup key that is wrapped in it."""
    bare = Header(backup, installation, mode, made_at, provider.current_id(), "")
    key = envelope.new_key()
    wrapped = base64.b64encode(provider.wrap(key, bare.wrap_context)).decode()
    return Header(backup, installation, mode, made_at, bare.kek_id, wrapped), key


class Sink:
    """Takes the plain bytes of one part."""

    def __init__(self, file: BinaryIO, key: bytes, context: bytes) -> None:
        self._file, self._zlib = file, zlib.compressobj(1)
        self._sealer = envelope.StreamSealer(key, context)
        self.digest, self.bytes = hashlib.sha256(), 0

    def write(self, data: bytes | memoryview) -> int:
        self._put(self._sealer.update(self._zlib.compress(data)))
        return len(data)

    def finish(self) -> None:
        self._put(self._sealer.update(self._zlib.flush()) + self._sealer.finish())
        self._file.flush()
        os.fsync(self._file.fileno())

    def _put(self, sealed: bytes) -> None:
        self._file.write(sealed)
        self.digest.update(sealed)
        self.bytes += len(sealed)


class Writer:
    """Writes parts into a folder; `close` writes the manifest, after which the folder is a backup."""

    def __init__(self, folder: Path, header: Header, key: bytes) -> None:
        self.folder, self.header, self._key = folder, header, key

    def begin(self) -> None:
        with self._new(HEADER) as file:
            file.write(self.header.encoded())
            file.flush()
            os.fsync(file.fileno())

    @contextlib.contextmanager
    def part(self, name: str, manifest: Manifest, *, file: str = "") -> Iterator[Sink]:
        """Raises OSError, ENOSPC among them."""
        filename = file or name + ENDING
        with self._new(filename) as out:
            sink = Sink(out, envelope.derive(self._key, b"", f"backup/{name}"), self.header.part_context(name))
            yield sink
            sink.finish()
        manifest.parts[name] = {"file": filename, "bytes": sink.bytes, "sha256": sink.digest.hexdigest()}

    def close(self, manifest: Manifest) -> None:
        """Write the manifest whole or not at all; also in the place of an older one."""
        (self.folder / ".manifest.new").unlink(missing_ok=True)
        with self.part(MANIFEST, Manifest(), file=".manifest.new") as sink:
            sink.write(json.dumps(asdict(manifest)).encode())
        (self.folder / ".manifest.new").rename(self.folder / (MANIFEST + ENDING))
        sync_folder(self.folder)

    def _new(self, name: str) -> BinaryIO:
        return os.fdopen(os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
