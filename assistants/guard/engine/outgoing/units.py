"""Cuts an answer into units that no pattern can cross, by its characters alone, never by how it was cut in transit.

A unit ends at white space and at characters of scripts that write no spaces. Some white space joins: between groups of
digits (cards, IBANs, phone numbers), inside a PEM header and inside the text of a Markdown image.
"""

import re
from typing import Final

MAX: Final = 256  # characters; a longer unit is judged in windows of this size
TAIL: Final = 128  # characters of a window that stay for the next one

_WIDE: Final = (
    "\u0900-\u10ff\u1780-\u17ff\u3001-\u303f\u3041-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    "\U0001f300-\U0001f3f3\U0001f3f5-\U0001faff\U00020000-\U0003134f"
)
BREAK: Final = re.compile(rf"\s+|[{_WIDE}]+")
LAST_BREAK: Final = re.compile(rf".*[\s{_WIDE}]", re.DOTALL)
# What any pattern needs at least. Text without it is released without a closer look.
MARK: Final = re.compile(rf"[0-9@_:\[<=/+]|--|[^\s{_WIDE}]{{12}}|[^\t\n\r\x20-\x7e\u00a0-\u024f\u2010-\u2027{_WIDE}]")
_DIGIT: Final = re.compile(r"\d")
_IBAN_PART: Final = re.compile(r"(?:^|[^A-Za-z0-9])[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{0,4}(?:[ -][A-Za-z0-9]{1,4}){0,8}$")
_PEM_PART: Final = re.compile(r"-----(?:BEGIN|END)[A-Z0-9 ]{0,60}$")
_IMAGE_PART: Final = re.compile(r"(?:!\[|<img\b)[^)>]*$")


def joins(text: str, start: int, gap: re.Match[str], final: bool) -> bool | None:
    """Whether the unit that began at `start` goes on after `gap`; None when the next character must be known first."""
    end, after = gap.span()
    if end == start or after - end > 2 or not gap[0].isspace() or "\n" in gap[0]:
        return False
    unit = text[start:end]
    if (("![" in unit or "<img" in unit) and _IMAGE_PART.search(unit)) or ("-----" in unit and _PEM_PART.search(unit)):
        return True
    last = unit[-1]
    if not (last.isalnum() or last == ")") or not _DIGIT.search(unit):
        return False
    if after == len(text):
        return False if final else None
    following = text[after]
    if following.isdigit() or following in "(+":
        return last.isdigit() or last == ")" or _IBAN_PART.search(unit) is not None
    return following.isalpha() and last != ")" and _IBAN_PART.search(unit) is not None
