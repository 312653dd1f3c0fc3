"""Compile the translations: `python -m tests.panel.texts.catalogues`. No external tool, the same bytes each time."""

import re
import struct
from pathlib import Path

from tests.architecture import tree

FOLDER = tree.ROOT / "locale"
_LINE = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)?\s*"(.*)"$')
_ESCAPES = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\\\": "\\"}


def read(text: str) -> dict[str, str]:
    """Messages as a .mo file names them: plural forms are joined by NUL. Raises ValueError for a line it cannot read."""
    found: dict[str, str] = {}
    for block in re.split(r"\n\s*\n", text):
        parts: dict[str, str] = {}
        place = ""
        for line in block.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            match = _LINE.match(line.strip())
            if match is None:
                raise ValueError(f"No line of a catalogue: {line}")
            place = match[1] or place
            parts[place] = parts.get(place, "") + re.sub(r"\\.", lambda one: _ESCAPES[one[0]], match[2])
        if "msgid" in parts:
            key = "\0".join(parts[name] for name in ("msgid", "msgid_plural") if name in parts)
            value = "\0".join(parts[name] for name in sorted(parts) if name.startswith("msgstr"))
            if key in found:
                raise ValueError(f"Twice: {key}")
            found[key] = value
    return found


def compiled(messages: dict[str, str]) -> bytes:
    """GNU gettext's binary form: two tables of (length, offset), then the texts, sorted by message."""
    pairs = [(key.encode(), value.encode()) for key, value in sorted(messages.items()) if value]
    start = 28 + 16 * len(pairs)
    tables, texts = [b"", b""], b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += struct.pack("<II", len(pair[side]), start + len(texts))
            texts += pair[side] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + tables[0] + tables[1] + texts


def catalogues() -> list[Path]:
    return sorted(FOLDER.glob("*/LC_MESSAGES/*.po"))


if __name__ == "__main__":
    for path in catalogues():
        path.with_suffix(".mo").write_bytes(compiled(read(path.read_text())))
