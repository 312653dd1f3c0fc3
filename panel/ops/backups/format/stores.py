"""Folders of the data directory as parts of a backup: a tar stream in, files out. Free of Django."""

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from panel.ops.backups.format.archive import ArchiveError, Sink
from panel.ops.backups.format.tables import Bytes


class _Exactly(io.RawIOBase):
    """A file that grows or shrinks while it is read has the length that it was found with."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        found = self._file.read(wanted)
        self._left -= wanted
        return found + bytes(wanted - len(found))


class _Out(io.RawIOBase):
    """What tarfile writes to."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return self._sink.write(bytes(data))  # type: ignore[call-overload]


class _In(io.RawIOBase):
    """What tarfile reads from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.source = Bytes(pieces)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.source.read(size if size >= 0 else 1 << 20)


def write(folder: Path, sink: Sink, pattern: str = "**/*") -> int:
    """Every file of the folder that matches; returns how many. One that disappears meanwhile is left out."""
    count = 0
    with tarfile.open(fileobj=_Out(sink), mode="w|", bufsize=1 << 16) as tar:
        for path in sorted(folder.glob(pattern)) if folder.is_dir() else []:
            if path.is_symlink() or path.is_dir() or path.name.startswith("."):
                continue
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue
            with file:
                info = tarfile.TarInfo(path.relative_to(folder).as_posix())
                found = os.fstat(file.fileno())
                info.size, info.mtime, info.mode = found.st_size, int(found.st_mtime), 0o600
                tar.addfile(info, _Exactly(file, info.size))
                count += 1
    return count


def restore(pieces: Iterator[bytes], folder: Path) -> int:
    """Write the files of a part into a folder (0700, files 0600); returns how many. Raises ArchiveError, OSError."""
    source, count = _In(pieces), 0
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with tarfile.open(fileobj=source, mode="r|", bufsize=1 << 16) as tar:
            for member in tar:
                if member.isfile():
                    tar.extract(member, folder, filter="data")
                    count += 1
    except tarfile.TarError as error:
        raise ArchiveError(f"The files of {folder.name} cannot be unpacked: {error}.") from None
    source.source.drain()
    return count
