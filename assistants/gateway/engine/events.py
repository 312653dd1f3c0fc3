"""Server-sent events of a provider: bytes in any cut, whole `data` fields out (WHATWG HTML, section 9.2)."""

from collections.abc import Iterator

LIMIT = 4 * 1024 * 1024


class TooLong(Exception):  # noqa: N818 - a property of the input
    """One event is longer than any answer needs."""


class Events:
    """Feeds on chunks, yields the data of each complete event; comments, ids and event names are not needed here."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Raises TooLong."""
        lines = (self._rest + chunk if self._rest else chunk).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LIMIT:
            raise TooLong
        for raw in lines:
            line = raw[:-1] if raw.endswith(b"\r") else raw
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            elif not line and self._data:
                yield self._take()

    def end(self) -> Iterator[bytes]:
        """What a provider that forgets the last blank line leaves behind."""
        yield from self.feed(b"\n\n")

    def _take(self) -> bytes:
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data = []
        return data
