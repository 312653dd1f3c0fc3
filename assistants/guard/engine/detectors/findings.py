"""What a detector returns: a span of the text it was given."""

from collections.abc import Iterable
from typing import Final, NamedTuple

# The edge of a word: letters and digits of ASCII continue one. The letter of a literal \\n, \\r, \\t (pasted JSON) and an
# escape such as %3D (pasted URLs) end the word before. Markdown wraps words in underscores, so they continue none.
LEFT: Final = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))"
RIGHT: Final = r"(?![A-Za-z0-9])"


class Finding(NamedTuple):
    start: int
    end: int
    rule: str
    label: str
    score: float = 1.0


def without_overlaps(found: Iterable[Finding], taken: Iterable[Finding] = ()) -> list[Finding]:
    """In order of place; where findings overlap the earlier in `found` stays. Spans in `taken` win over all."""
    kept: list[Finding] = []
    blocked = [(one.start, one.end) for one in taken]
    for one in found:
        if all(one.end <= start or end <= one.start for start, end in blocked):
            blocked.append((one.start, one.end))
            kept.append(one)
    return sorted(kept)
