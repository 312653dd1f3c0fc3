"""Reading a backup, from its folder or its tar: every byte is checked before it is believed. Free of Django."""

import base64
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from panel.kernel.crypto import envelope, kek
from panel.ops.backups.format.archive import (
    ENDING,
    FORMAT,
    HEADER,
    MANIFEST,
    RING,
    ArchiveError,
    Header,
    Manifest,
    Writer,
)


class Files:
    """The files of a backup, in a folder or in a tar. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tar: tarfile.TarFile | None = None
        try:
            if not path.is_dir():
                self._tar = tarfile.open(path, "r:")  # noqa: SIM115 - closed by __exit__
        except FileNotFoundError:
            raise ArchiveError(f"There is no backup at {path}.") from None
        except (OSError, tarfile.TarError):
            raise ArchiveError(
                f"{path} is neither the folder of a backup nor its tar, or the tar is damaged."
            ) from None

    def __enter__(self) -> "Files":
        return self

    def __exit__(self, *_: object) -> None:
        if self._tar:
            self._tar.close()

    def beside(self, name: str) -> bytes | None:
        """A file that a tar carries along with the backup."""
        if self._tar is None or name not in {one.name.rsplit("/", 1)[-1] for one in self._tar}:
            return None
        with self.open(name) as file:
            return file.read()

    def open(self, name: str) -> BinaryIO:
        """Raises ArchiveError when there is no such file."""
        try:
            if self._tar is None:
                return (self.path / name).open("rb")
            member = next(one for one in self._tar if one.isfile() and one.name.rsplit("/", 1)[-1] == name)
            found = self._tar.extractfile(member)
            return io.BytesIO() if found is None else io.BufferedReader(found, 1 << 20)  # type: ignore[type-var]
        except (OSError, StopIteration, tarfile.TarError):
            raise ArchiveError(f"The part {name} is missing from the backup, or cannot be read.") from None


class Reader:
    """A backup whose header was read and whose manifest was opened. Raises ArchiveError."""

    def __init__(self, files: Files, provider: kek.KeyProvider) -> None:
        self._files, self.header = files, read_header(files)
        self._key = _unwrapped(self.header, provider)
        try:
            found = json.loads(b"".join(self._opened(MANIFEST, MANIFEST + ENDING)))
            self.manifest = Manifest(**found)
        except (ValueError, TypeError):
            raise ArchiveError(f"The part {MANIFEST}{ENDING} is damaged.") from None

    def read(self, part: str) -> Iterator[bytes]:
        """The plain bytes of a part, checked piece by piece. Raises ArchiveError naming the part."""
        if part not in self.manifest.parts:
            raise ArchiveError(f"The backup has no part {part}.")
        yield from self._opened(part, self.manifest.parts[part]["file"])

    def _opened(self, part: str, filename: str) -> Iterator[bytes]:
        key, inflate = envelope.derive(self._key, b"", f"backup/{part}"), zlib.decompressobj()
        with self._files.open(filename) as file:
            try:
                for piece in envelope.open_stream(key, file.read, self.header.part_context(part)):
                    yield from _inflated(inflate, piece)
                yield inflate.flush()
            except (envelope.EnvelopeError, zlib.error, OSError, tarfile.TarError):
                raise ArchiveError(f"The part {filename} is damaged or cut off.") from None
        if not inflate.eof:
            raise ArchiveError(f"The part {filename} is damaged or cut off.")

    def verify(self) -> int:
        """Read every byte of every part against its hash and its seal; returns the bytes stored."""
        for name, stored in self.manifest.parts.items():
            with self._files.open(stored["file"]) as file:
                if _hashed(file) != stored["sha256"]:
                    raise ArchiveError(f"The part {stored['file']} is damaged or cut off.")
            for _ in self.read(name):
                pass
        return sum(int(stored["bytes"]) for stored in self.manifest.parts.values())

    def writer(self, folder: Path) -> Writer:
        """To replace a part of this very backup."""
        return Writer(folder, self.header, self._key)


def _hashed(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def _inflated(inflate: Any, piece: bytes) -> Iterator[bytes]:
    """In pieces of at most 1 MiB: what was squeezed well must not fill the memory when it unfolds."""
    while piece:
        yield inflate.decompress(piece, 1 << 20)
        piece = inflate.unconsumed_tail


def read_header(files: Files) -> Header:
    """Raises ArchiveError when the header is missing, damaged or of a later format."""
    with files.open(HEADER) as file:
        text = file.read(65536)
    try:
        found = json.loads(text)
        later = int(found["format"]) > FORMAT
        names = ("mode", "made_at", "kek_id", "wrapped")
        header = Header(UUID(found["id"]), UUID(found["installation"]), *(str(found[name]) for name in names))
    except (ValueError, KeyError, TypeError):
        raise ArchiveError(f"The part {HEADER} is damaged.") from None
    if later:
        raise ArchiveError("This backup was made by a later version of the panel: install that version, then restore.")
    if header.encoded() != text:
        raise ArchiveError(f"The part {HEADER} is damaged.")
    return header


def _unwrapped(header: Header, provider: kek.KeyProvider) -> bytes:
    try:
        return provider.unwrap(header.kek_id, base64.b64decode(header.wrapped), header.wrap_context)
    except (kek.KekError, envelope.EnvelopeError, ValueError):
        raise ArchiveError(
            f"This backup was sealed under the key {header.kek_id} of the ring {RING}, which this machine does not have:"
            " bring its file back from your key backup."
        ) from None
