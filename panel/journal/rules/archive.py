"""The one layout of a bundle's zip: entries stored as they are, one after the other, no instant, no extra, no comment.

The same files give the same bytes everywhere, no byte is free to differ, and nothing can grow when it is unpacked. It is a
function of names, sizes and CRC-32 alone, so a verifier builds it anew and compares.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol
from zlib import crc32

VERSION, UTF8, STORED, DATE = 20, 0x0800, 0, 0x0021  # 1 January 1980, the first day a zip can name
UNIX, MODE = 3 << 8, 0o100644 << 16


class Content(Protocol):
    """A file's bytes, readable more than once."""

    @property
    def size(self) -> int: ...

    @property
    def crc(self) -> int: ...

    @property
    def sha256(self) -> bytes: ...

    def chunks(self) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Held:
    """A small file in memory."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def crc(self) -> int:
        return crc32(self.data)

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.data).digest()

    def chunks(self) -> Iterator[bytes]:
        yield self.data


def _common(name: bytes, crc: int, size: int) -> bytes:
    return struct.pack("<HHHHIIIHH", UTF8, STORED, 0, DATE, crc, size, size, len(name), 0)


def local(name: str, crc: int, size: int) -> bytes:
    """The header before a file's bytes."""
    encoded = name.encode("ascii")
    return b"PK\x03\x04" + struct.pack("<H", VERSION) + _common(encoded, crc, size) + encoded


def central(name: str, crc: int, size: int, offset: int) -> bytes:
    """The file's line in the directory at the end."""
    encoded = name.encode("ascii")
    head = b"PK\x01\x02" + struct.pack("<HH", UNIX | VERSION, VERSION) + _common(encoded, crc, size)
    return head + struct.pack("<HHHII", 0, 0, 0, MODE, offset) + encoded


def end(count: int, size: int, offset: int) -> bytes:
    """The last 22 bytes."""
    return b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, size, offset, 0)


def write(files: Iterable[tuple[str, Content]]) -> Iterator[bytes]:
    """The archive, piece by piece, in the order given."""
    offset, lines = 0, []
    for name, content in files:
        head = local(name, content.crc, content.size)
        lines.append(central(name, content.crc, content.size, offset))
        yield head
        yield from content.chunks()
        offset += len(head) + content.size
    yield b"".join(lines)
    yield end(len(lines), sum(map(len, lines)), offset)
