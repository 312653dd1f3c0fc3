"""What an agent may hand in as proof of a mandate: one PDF or picture, told by its content and never by its name. Pure."""

from typing import Final

MOST: Final = 4 * 2**20
"""Bytes; as much as a form may carry that outlives a session."""
TYPES: Final = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg"}
ACCEPTED: Final = ".pdf,.png,.jpg,.jpeg"
# How the bytes begin, and what stands near their end: something that only begins as a PDF is none.
_MARKS: Final = {
    "pdf": (b"%PDF-", b"%%EOF"),
    "png": (b"\x89PNG\r\n\x1a\n", b"IEND"),
    "jpeg": (b"\xff\xd8\xff", b"\xff\xd9"),
}
_END: Final = 1024


def kind_of(data: bytes) -> str:
    """ "pdf", "png", "jpeg", or "" for anything else."""
    return next((kind for kind, (head, end) in _MARKS.items() if data.startswith(head) and end in data[-_END:]), "")
