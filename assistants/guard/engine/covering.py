"""Covering what names others in a text that is handed to somebody: the detectors of the gateway, and no secrets either."""

from assistants.guard.engine.detectors import canon, pii, secret_rules
from assistants.guard.engine.detectors.findings import Finding, without_overlaps

Cover = tuple[str, int, int]
"""(what it was, start, end) in the text that was given."""


def cover(text: str, own: frozenset[str]) -> tuple[str, list[Cover]]:
    """The text with a word in brackets for each identifier or secret that is not one of `own` (casefolded)."""
    form = canon.canonical(text) if canon.odd(text) else None
    plain = form.text if form else text
    found = without_overlaps([*secret_rules.find(plain), *pii.find(plain)])
    covers = [_place(one, form) for one in found if plain[one.start : one.end].casefold() not in own]
    pieces, last = [], 0
    for label, start, end in covers:
        pieces += [text[last:start], f"[{label}]"]
        last = end
    return "".join([*pieces, text[last:]]) if covers else text, covers


def _place(one: Finding, form: canon.Canon | None) -> Cover:
    start, end = form.span(one.start, one.end) if form else (one.start, one.end)
    return one.label, start, end
