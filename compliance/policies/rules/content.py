"""What a policy says, and how its words are named. Pure.

Each language's text is named by the SHA-256 of its canonical JSON `{"body", "format", "language", "policy", "title"}` (a
consent receipt pins exactly the words that were shown), a version by the SHA-256 of the canonical JSON of all that decides
it: the digests of its texts, the effective date and whether it is material. Canonical JSON: panel.journal.rules.canonical.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from panel.journal.rules import canonical

FORMAT = 1
TITLE_LIMIT = 200
BODY_LIMIT = 100_000
"""Characters of one language's text."""
SUMMARY_LIMIT = 1_000
GRACE_LIMIT = 180
"""Days that staff may have to accept a version."""
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")
BLANK = re.compile(r"\[\[[^\]]{0,200}\]\]")
"""A place that the starter texts leave to fill in: nothing is published that still has one."""


@dataclass(frozen=True, slots=True)
class Text:
    """One language's words. `body` is Markdown without raw HTML and images (panel.ui.prose)."""

    title: str
    body: str

    @classmethod
    def of(cls, stored: Mapping[str, str]) -> "Text":
        return cls(stored.get("title", ""), stored.get("body", ""))

    @property
    def stored(self) -> dict[str, str]:
        return {"title": self.title, "body": self.body}


def cleaned(text: Text) -> Text:
    """Without blanks at the ends and with plain line ends, so that the same words have the same name."""
    lines = (line.rstrip() for line in text.body.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return Text(" ".join(text.title.split()), "\n".join(lines).strip() + "\n" if text.body.strip() else "")


def text_digest(policy: str, language: str, text: Text) -> str:
    """Hex SHA-256 that names these words; `policy` is the slug."""
    return digest({"format": FORMAT, "policy": policy, "language": language, **text.stored})


def version_digest(
    policy: str, texts: Mapping[str, Text], *, effective_at: datetime, material: bool, summary: str
) -> str:
    """Hex SHA-256 that names a version."""
    named = {language: text_digest(policy, language, text) for language, text in texts.items()}
    return digest(
        {
            "format": FORMAT,
            "policy": policy,
            "texts": named,
            "effective_at": effective_at.isoformat(),
            "material": material,
            "summary": summary,
        }
    )


def blanks(texts: Mapping[str, Text]) -> list[str]:
    """The places that are still to be filled in, each once."""
    return sorted({found for text in texts.values() for found in BLANK.findall(f"{text.title}\n{text.body}")})


def digest(value: object) -> str:
    """Hex SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical.encode(value)).hexdigest()


def choose(languages: list[str], wanted: list[str]) -> str:
    """The language to show: the first wanted one that exists (also without its region), else English, else the first."""
    for one in wanted:
        for name in (one, one.split("-", maxsplit=1)[0]):
            if name in languages:
                return name
    return "en" if "en" in languages else languages[0]
