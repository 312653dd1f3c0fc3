"""Canonical copies for detection: what a reader sees, with a map back to what was written.

The copy is NFKC per character, without invisible characters, with look-alikes of Latin letters folded where a word
mixes scripts. The text that is forwarded stays as the client wrote it (emoji sequences included).
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

_ODD: Final = re.compile(r"[^\t\n\r\x20-\x7e]")
_ZERO_WIDTH = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0"
)
_BIDI = "\u202a-\u202e\u2066-\u2069"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"
_MARKS = "\u0300-\u036f\u20d0-\u20ff"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_IGNORED: Final = re.compile(f"[{_ZERO_WIDTH}{_BIDI}{_SELECTORS}{_TAGS}{_MARKS}{_CONTROLS}]")
_TAG_RUN: Final = re.compile("([\U0001f3f4]?)([\U000e0020-\U000e007e]{1,20000})\U000e007f?")
_SELECTOR_RUN: Final = re.compile(f"[{_SELECTORS}]{{4,20000}}")
_ZERO_RUN: Final = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff\u180e]{8,20000}")
_OVERRIDE: Final = re.compile("[\u202d\u202e]")
_WORD: Final = re.compile(r"[^\W\d_]+")
_FLAG_TAGS: Final = 6  # the longest subdivision flag in use (GB-ENG, GB-SCT, GB-WLS) has five tags

# Letters of other scripts that look like a Latin letter (Unicode TR39 confusables, the common ones).
LOOKALIKES: Final = dict(
    zip(
        "аеорсухіјѕԁԛԝһӏґкмтвнгАВЕКМНОРСТУХІЈЅԌ" + "αβγενικορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "օսոցհզվք",
        "aeopcyxijsdqwhlrkmtbhrABEKMHOPCTYXIJSG" + "aByevikoptuxABEZHIKMNOPTYX" + "ounghqvp",
        strict=True,
    )
)


class _Table(dict[int, str]):
    """str.translate table filled on first use: one character to its NFKC form, ignorable ones to nothing."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        value = "" if _IGNORED.match(char) else unicodedata.normalize("NFKC", char) or char
        if len(self) < 200_000:
            self[code] = value
        return value


_TABLE: Final = _Table()


class Canon(NamedTuple):
    """`text` is the copy; `offsets[i]` is the place in the original of its character i (None: the same place)."""

    text: str
    offsets: Sequence[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that stands behind [start, end) of the copy."""
        if self.offsets is None:
            return start, end
        if end <= start:
            return self.offsets[start], self.offsets[start]
        return self.offsets[start], self.offsets[end - 1] + 1


class Hidden(NamedTuple):
    """A run of the original that carries something a reader cannot see; `text` is what it says, where that is known."""

    start: int
    end: int
    rule: str
    text: str


def odd(text: str) -> bool:
    """Whether `text` has anything but printable ASCII, tab and line ends: only then a copy differs from it."""
    return _ODD.search(text) is not None


def canonical(text: str) -> Canon:
    """The copy of one text. Linear in its length; plain ASCII costs one scan."""
    if not odd(text):
        return Canon(text, None)
    copy = text.translate(_TABLE)
    if len(copy) == len(text) and not _IGNORED.search(text):
        return Canon(_latinised(copy), None)
    offsets = [at for at, char in enumerate(text) for _ in _TABLE[ord(char)]]
    return Canon(_latinised(copy), offsets)


def _latinised(text: str) -> str:
    """Look-alikes become Latin in words that mix them with ASCII, and everywhere if the text is mostly ASCII."""
    if text.isascii():
        return text
    foreign = [found for found in _WORD.finditer(text) if not found[0].isascii()]
    if not foreign:
        return text
    plain = sum(map(str.isalpha, filter(str.isascii, text)))
    mostly = plain > sum(len(found[0]) for found in foreign)
    parts: list[str] = []
    last = 0
    for found in foreign:
        word = found[0]
        if any(map(str.isascii, word)) or (mostly and all(char in LOOKALIKES for char in word)):
            parts += (text[last : found.start()], "".join(LOOKALIKES.get(char, char) for char in word))
            last = found.end()
    return "".join(parts) + text[last:] if parts else text


def hidden(text: str) -> list[Hidden]:
    """Runs of invisible characters long enough to carry a message; flags and emoji variations are none."""
    found = []
    for run in _TAG_RUN.finditer(text):
        if run[1] and len(run[2]) <= _FLAG_TAGS:
            continue
        says = "".join(chr(ord(char) - 0xE0000) for char in run[2])
        found.append(Hidden(run.start(2), run.end(), "hidden_tags", says))
    found += [Hidden(*run.span(), "hidden_selectors", _selected(run[0])) for run in _SELECTOR_RUN.finditer(text)]
    found += [Hidden(*run.span(), "hidden_zero_width", "") for run in _ZERO_RUN.finditer(text)]
    found += [Hidden(*run.span(), "bidi_override", "") for run in _OVERRIDE.finditer(text)]
    return sorted(found)


def _selected(run: str) -> str:
    """Bytes smuggled as variation selectors (VS1-16 = 0-15, VS17-256 = 16-255), read as UTF-8 where they are text."""
    codes = (ord(char) for char in run)
    return bytes(code - 0xFE00 if code < 0xFE10 else code - 0xE00F0 for code in codes).decode("utf-8", "replace")
