"""Frames of the spool: `length (4) | crc32 (4) | id (16) | payload`, big endian; a length of 0 ends a segment.

`length` counts id and payload. A torn tail (fewer bytes than announced, or another checksum) ends the segment as well:
it was never acknowledged, because an acknowledgement follows the fsync of the whole frame.
"""

import zlib
from collections.abc import Iterator
from uuid import UUID

HEAD = 8
ID = 16
LIMIT = 64 * 1024 * 1024


def encode(frame_id: UUID, payload: bytes) -> bytes:
    body = frame_id.bytes + payload
    return len(body).to_bytes(4) + zlib.crc32(body).to_bytes(4) + body


def decode(data: bytes) -> Iterator[tuple[UUID, bytes]]:
    """Every whole frame from the start of a segment, (id, payload)."""
    at = 0
    while len(data) - at > HEAD + ID:
        length = int.from_bytes(data[at : at + 4])
        body = data[at + HEAD : at + HEAD + length]
        if not ID <= length <= LIMIT or len(body) < length:
            return
        if zlib.crc32(body) != int.from_bytes(data[at + 4 : at + HEAD]):
            return
        yield UUID(bytes=body[:ID]), body[ID:]
        at += HEAD + length
