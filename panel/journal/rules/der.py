"""As much DER (X.690) as a time-stamp needs: definite lengths, low tag numbers. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

INTEGER, OCTETS, NULL, OID, SEQUENCE, SET = 0x02, 0x04, 0x05, 0x06, 0x30, 0x31


class DerError(ValueError):
    """These bytes are no such DER."""


@dataclass(frozen=True)
class Value:
    """`whole` are the bytes with tag and length, `content` those without."""

    tag: int
    content: bytes
    whole: bytes

    def __iter__(self) -> Iterator["Value"]:
        place = 0
        while place < len(self.content):
            found = read(self.content[place:], rest=True)
            place += len(found.whole)
            yield found

    def parts(self) -> list["Value"]:
        return list(self)

    @property
    def number(self) -> int:
        return int.from_bytes(self.content, "big", signed=True)

    @property
    def oid(self) -> str:
        """Dotted decimal."""
        numbers, held = [], 0
        for byte in self.content:
            held = held << 7 | byte & 0x7F
            if byte < 0x80:
                numbers.append(held)
                held = 0
        if not numbers:
            raise DerError("an empty object identifier")
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def read(data: bytes, *, rest: bool = False) -> Value:
    """The value at the beginning; all of the bytes unless `rest` may follow. Raises DerError."""
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise DerError("a tag and a length are expected")
    length, start = data[1], 2
    if length >= 0x80:
        count = length - 0x80
        if not 1 <= count <= 4 or len(data) < 2 + count:
            raise DerError("a length that DER does not have")
        length, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    end = start + length
    if len(data) < end or (not rest and len(data) != end):
        raise DerError("the length does not fit the bytes")
    return Value(data[0], data[start:end], data[:end])


def write(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def integer(value: int) -> bytes:
    return write(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted: str) -> bytes:
    first, second, *others = map(int, dotted.split("."))
    out = b""
    for number in (40 * first + second, *others):
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(number & 0x7F | 0x80)
        out += bytes(reversed(digits))
    return write(OID, out)
