"""Large bundle files in flat memory: written once into a nameless temporary file, sealed under a key that lives in this
process only, and read from there for the archive. Nothing readable touches the disk, and nothing is left after a crash."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import BinaryIO
from zlib import crc32

from panel.journal.rules.archive import Content
from panel.kernel.crypto import envelope


@dataclass(frozen=True)
class Spooled:
    """A file of a draft. It can be read while its draft is open."""

    spool: BinaryIO
    key: bytes
    start: int
    length: int
    size: int
    crc: int
    sha256: bytes

    def chunks(self) -> Iterator[bytes]:
        """Raises EnvelopeError when the temporary file was changed meanwhile."""
        place = self.start

        def read(count: int) -> bytes:
            nonlocal place
            self.spool.seek(place)
            data = self.spool.read(min(count, self.start + self.length - place))
            place += len(data)
            return data

        yield from envelope.open_stream(self.key, read, b"bundle")


class Draft:
    """Files for `bundles.sign`, added one after the other; use it as a context manager.

    with Draft() as draft:
        draft.add("rows.csv", (line for line in lines))
        signed = bundles.sign(..., files=draft.files)
        yield from bundles.stream(signed, at=at)
    """

    def __init__(self) -> None:
        self._spool: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._key = envelope.new_key()
        self.files: dict[str, Content] = {}

    def add(self, name: str, chunks: Iterable[bytes]) -> Spooled:
        """Take a file's bytes, piece by piece. Raises KeyError for a name that is taken."""
        if name in self.files:
            raise KeyError(name)
        sealer, hashed = envelope.StreamSealer(self._key, b"bundle"), sha256()
        size = crc = 0
        start = self._spool.seek(0, 2)
        for chunk in chunks:
            hashed.update(chunk)
            size, crc = size + len(chunk), crc32(chunk, crc)
            self._spool.write(sealer.update(chunk))
        self._spool.write(sealer.finish())
        length = self._spool.tell() - start
        made = Spooled(self._spool, self._key, start, length, size, crc, hashed.digest())
        self.files[name] = made
        return made

    def close(self) -> None:
        self._spool.close()

    def __enter__(self) -> "Draft":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
