"""Structured personal identifiers in canonical text: pattern first, then the checksum or rule that makes it one."""

import re
from collections.abc import Iterator
from typing import Final

from assistants.guard.engine.detectors import checks
from assistants.guard.engine.detectors.findings import LEFT, RIGHT, Finding, without_overlaps

_DOMAIN: Final = re.compile(
    r"@(?:[A-Za-z0-9\u00c0-\u024f-]{1,63}\.){1,8}(?:[A-Za-z]{2,24}|xn--[a-z0-9-]{2,59})(?![A-Za-z0-9])"
)
_LOCAL: Final = re.compile(r"[A-Za-z0-9\u00c0-\u024f._%+'-]")
_DIGITS: Final = re.compile(LEFT + r"(?<![0-9][.,])[2-6](?:[ -]{0,2}[0-9]){12,40}(?![0-9A-Za-z])")
_IBAN: Final = re.compile(LEFT + r"[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,40}")
_SSN: Final = re.compile(
    LEFT + r"(?<![0-9]-)(?!000|666|9)[0-9]{3}([- ])(?!00)[0-9]{2}\1(?!0000)[0-9]{4}(?!-[0-9])" + RIGHT
)
_IPV4: Final = re.compile(LEFT + r"(?<![.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\.[0-9])" + RIGHT)
_IPV6: Final = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:|:){2,8}(?:[0-9A-Fa-f]{1,4}|:)?(?![\w:])")
_PHONE: Final = re.compile(
    LEFT + r"(?<![+.])(?:\+|00(?=[1-9]))[1-9](?:[ ()./-]{0,3}[0-9]){6,14}(?:\s?(?:x|ext\.?)\s?[0-9]{1,6})?" + RIGHT
)
_NANP: Final = re.compile(
    LEFT
    + r"(?<![.+])(?<![0-9]-)(?:(?:\+?1|001)[-. ])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-. ])[2-9][0-9]{2}[-. ][0-9]{4}"
    r"(?: ?(?:x|ext\.?) ?[0-9]{1,6})?(?![.-][0-9])" + RIGHT
)
_SAID: Final = re.compile(
    r"(?i)(?<![a-z])(?:tel|phone|mobile|cell|call|fax|whatsapp|telefon|handy|mobil|t\u00e9l|telefono|tel\u00e9fono|telefone)"
    r"[a-z. :#(-]{0,12}(?P<number>[0-9](?:[ ()./-]{0,2}[0-9]){6,13})" + RIGHT
)
_SAID_HINT: Final = re.compile(r"(?i)tel|phone|mobil|cell|call|fax|whatsapp|handy|t\u00e9l")
_DIGIT: Final = re.compile(r"[0-9]")
_MANY_DIGITS: Final = re.compile(r"[0-9](?:[ ()./-]{0,4}[0-9]){6}")  # the fewest of any phone, card or SSN
_NOT_A_PERSON: Final = frozenset({"git"})  # git@host is an address of a machine's account


def find(text: str) -> list[Finding]:
    """Identifiers without overlaps. Linear in the length of `text`."""
    found = list(_emails(text)) if "@" in text else []
    if not _DIGIT.search(text):
        return without_overlaps(found) if found else found
    found += _ibans(text)
    if _MANY_DIGITS.search(text):
        found += _cards(text)
        found += [Finding(*match.span(), "ssn", "SSN", 0.9) for match in _SSN.finditer(text)]
    found += _addresses(text)
    if _MANY_DIGITS.search(text):
        found += _phones(text)
    return without_overlaps(found) if found else found


def _emails(text: str) -> Iterator[Finding]:
    for domain in _DOMAIN.finditer(text):
        start = at = domain.start()
        while start > max(0, at - 64) and _LOCAL.match(text[start - 1]):
            start -= 1
        while start < at and text[start] in ".'-%+":
            start += 1
        if start < at and text[start:at].lower() not in _NOT_A_PERSON:
            yield Finding(start, domain.end(), "email", "EMAIL")


def _ibans(text: str) -> Iterator[Finding]:
    for match in _IBAN.finditer(text):
        length = checks.IBAN_LENGTHS.get(match[0][:2].upper())
        places = [at for at in range(match.start(), match.end()) if text[at].isalnum()]
        if length is None or len(places) < length:
            continue
        end = places[length - 1] + 1
        whole = end == len(text) or not (text[end].isascii() and text[end].isalnum())
        if whole and checks.iban("".join(text[at] for at in places[:length]).upper()):
            yield Finding(match.start(), end, "iban", "IBAN")


def _cards(text: str) -> Iterator[Finding]:
    """A run of digits may hold a card and more (a date, a code): try each group's start with the issuer's lengths."""
    for run in _DIGITS.finditer(text):
        places = [at for at in range(run.start(), run.end()) if text[at].isdigit()]
        first = 0
        while first <= len(places) - 13:
            size = _card_at(text, places, first)
            if size:
                yield Finding(places[first], places[first + size - 1] + 1, "card", "CARD")
            first = _next_group(places, first + max(size, 1))


def _card_at(text: str, places: list[int], first: int) -> int:
    digits = "".join(text[at] for at in places[first : first + 19])
    for size in checks.card_lengths(digits):
        if len(digits) >= size and checks.luhn(digits[:size]):
            last = first + size
            if last == len(places) or places[last] > places[last - 1] + 1:
                return size
    return 0


def _next_group(places: list[int], at: int) -> int:
    while at < len(places) and places[at] == places[at - 1] + 1:
        at += 1
    return at


def _addresses(text: str) -> Iterator[Finding]:
    for match in _IPV4.finditer(text):
        if checks.address(match[0]):
            yield Finding(*match.span(), "ipv4", "IP", 0.9)
    if text.count(":") > 1:
        for match in _IPV6.finditer(text):
            shown = match[0]
            if len(shown) > 5 and any(map(str.isdigit, shown)) and checks.address(shown):
                yield Finding(*match.span(), "ipv6", "IP", 0.9)


def _phones(text: str) -> Iterator[Finding]:
    for match in _PHONE.finditer(text):
        yield Finding(*match.span(), "phone", "PHONE", 0.9)
    for match in _NANP.finditer(text):
        yield Finding(*match.span(), "phone", "PHONE", 0.8)
    if _SAID_HINT.search(text):
        for match in _SAID.finditer(text):
            yield Finding(*match.span("number"), "phone_said", "PHONE", 0.7)
