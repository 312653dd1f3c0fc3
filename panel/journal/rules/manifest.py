"""The manifest of a signed bundle, format 1: what is in it, what it is about, who signed it. Pure."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from panel.journal.rules import canonical
from panel.journal.rules.leaf import instant

FORMAT = 1
LABEL = b"panel/bundle/v1\x00"
MOST_FILES = 4096
MOST_BYTES = 2**32 - 2**24  # what a plain zip (no zip64) addresses, less its own directory
OWN = ("manifest.json", "signature.json", "keys.json", "proof.json")
TOOLS = ("verify.html", "verify.py")
KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,3}")
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
NAME = re.compile(rf"{_PART}(?:/{_PART})*")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "md": "text/markdown; charset=utf-8",
    "pdf": "application/pdf",
    "png": "image/png",
    "py": "text/x-python; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}


class NotBundledError(ValueError):
    """These files or facts may not stand in a bundle: a fault in the calling slice."""


@dataclass(frozen=True)
class Entry:
    """One file: `size` in bytes, `sha256` of its bytes."""

    name: str
    size: int
    sha256: bytes

    def values(self) -> dict[str, Any]:
        return {"name": self.name, "sha256": self.sha256.hex(), "size": self.size, "type": type_of(self.name)}


@dataclass(frozen=True)
class Manifest:
    """`id` is also the id of the journal entry that holds the manifest's hash; `key` the signer's fingerprint; `about`
    says to people and programs what the bundle is about (no floats)."""

    id: UUID
    kind: str
    schema: int
    installation: UUID
    journal: str
    key: str
    at: datetime
    files: tuple[Entry, ...]
    tools: tuple[Entry, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    def data(self) -> bytes:
        """The canonical bytes. Raises NotBundledError for names or sizes that no bundle may have."""
        if not KIND.fullmatch(self.kind):
            raise NotBundledError(f"{self.kind!r} is no kind: two to four lower-case words joined by dots.")
        check_names(one.name for one in self.files)
        if sum(one.size for one in self.files) > MOST_BYTES:
            raise NotBundledError("A bundle holds less than 4 GiB.")
        return canonical.encode(
            {
                "about": self.about,
                "at": instant(self.at),
                "files": [one.values() for one in self.files],
                "id": str(self.id),
                "installation": str(self.installation),
                "journal": self.journal,
                "key": self.key,
                "kind": self.kind,
                "schema": self.schema,
                "tools": [one.values() for one in self.tools],
                "v": FORMAT,
            }
        )


def type_of(name: str) -> str:
    """The media type by the end of the name."""
    return TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def check_names(names: Iterable[str]) -> None:
    """Refuse names that some system could read in another way, and two that fall together. Raises NotBundledError."""
    wanted = list(names)
    if not wanted or len(wanted) > MOST_FILES:
        raise NotBundledError(f"A bundle holds 1 to {MOST_FILES} files.")
    seen: set[str] = {one.casefold() for one in (*OWN, *TOOLS)}
    folders = {
        "/".join(parts[:n]) for one in wanted if (parts := one.casefold().split("/")) for n in range(1, len(parts))
    }
    for name in wanted:
        if not NAME.fullmatch(name) or len(name) > 200:
            raise NotBundledError(f"{name!r} is no name for a file in a bundle: ASCII letters, digits, . _ - and /.")
        if name.casefold() in seen | folders:
            raise NotBundledError(f"{name!r} is a second file of that name.")
        seen.add(name.casefold())


def signature_file(signature: bytes) -> bytes:
    """`signature.json`."""
    return canonical.encode({"signature": base64.b64encode(signature).decode(), "v": FORMAT})


def keys_file(statements: Iterable[Mapping[str, Any]]) -> bytes:
    """`keys.json`."""
    return canonical.encode({"keys": list(statements), "v": FORMAT})


def proof_file(*, leaf: bytes, sequence: int, path: Iterable[bytes], note: str) -> bytes:
    """`proof.json`."""
    steps = [base64.b64encode(step).decode() for step in path]
    return canonical.encode(
        {"checkpoint": note, "leaf": leaf.decode(), "path": steps, "sequence": sequence, "v": FORMAT}
    )
