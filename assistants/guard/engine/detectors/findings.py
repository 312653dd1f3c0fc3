"""What a detector returns: a span of the text it was given."""

from collections.abc import Iterable
from typing import NamedTuple


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
