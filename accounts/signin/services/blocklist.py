"""Which passwords cannot be taken: too short, without a pattern that everybody sees, on no guesser's list, not about oneself.

NIST SP 800-63B-4, 3.1.1, and ASVS 5.0, 6.2: nothing about composition, no change without cause, everything offline.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.translation import gettext as _

from accounts.signin.rules import MAX_PASSWORD, MIN_PASSWORD

PRODUCT = ("clawpanel", "openclaw", "passphrase")
# What people put in a letter's place; the second reading of signs that stand for two letters.
_LEET = str.maketrans("@4831!0$57+9|(2", "aabeiiossttgicz")
_LEET_TOO = str.maketrans("@4831!0$57+9|(6", "aabellossttglcb")
_ROWS = (
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "1234567890",
    "abcdefghijklmnopqrstuvwxyz", "qazwsxedcrfvtgbyhnujm", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn",
)  # fmt: skip
# Heads of well-known lists beside the 20,000 that Django ships: German, products, what administrators set.
_WORDS = """
passwort kennwort hallo willkommen geheim schatz administrator changeit changeme letmein welcome default secret
correcthorsebatterystaple trustnoone iloveyou sommer winter herbst fruehling summer autumn spring
"""
# How many digits and signs that are hung on at the ends make a listed word no better.
_HUNG_ON = 8
# Spaces and dashes make no new password of a listed one, nor of a name.
_BETWEEN = re.compile(r"[\s._-]")
# A password needs this much beside one's own names.
_REST = 6


def plain(password: str) -> str:
    """The one spelling that is hashed: two keyboards may write the same letter by different bytes (NIST, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def fault(password: str, *, name: str = "", email: str = "", organisation: str = "") -> str:
    """Why a new password cannot be used, as a sentence with its remedy, or ""."""
    text = plain(password)
    if len(text) < MIN_PASSWORD:
        return _("Take at least %(n)s characters. Three or four words are easy to remember.") % {"n": MIN_PASSWORD}
    if len(text) > MAX_PASSWORD:
        return _("Take at most %(n)s characters.") % {"n": MAX_PASSWORD}
    folded = text.casefold()
    if _is_pattern(folded):
        return _("Everybody can guess this. Take something without a pattern.")
    if not _known().isdisjoint(cores(text)):
        return _("This is one of the passwords that are tried first, or close to one. Take another.")
    if _is_about(folded, _words_of(name, email, organisation)):
        return _("This is mostly your name, your address or this panel's name. Take something else.")
    return ""


def cores(password: str) -> set[str]:
    """What a guesser's list would hold of this: itself, without what is hung on at its ends, one half of a word that is
    doubled; each also read backwards and with letters for the signs that look like them."""
    folded = plain(password).casefold()
    joined = _BETWEEN.sub("", folded)
    half = joined[: len(joined) // 2]
    doubled = [half] if half and joined in (half * 2, half + half[::-1]) else []
    forms = {one for text in (folded, joined, *doubled) for one in _trimmed(text)}
    read = {one.translate(table) for one in forms for table in (_LEET, _LEET_TOO)} | forms
    return {one for text in read for one in (text, text[::-1]) if len(one) >= 4}


def _trimmed(text: str) -> Iterator[str]:
    """The text, and without the digits and signs at its left, right and both ends, when they are few."""
    yield text
    for pattern in (r"^[^a-z]+", r"[^a-z]+$", r"^[^a-z]+|[^a-z]+$", r"[0-9]+$"):
        found = re.sub(pattern, "", text)
        if found and len(text) - len(found) <= _HUNG_ON:
            yield found


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """The 20,000 passwords that Django ships, from breaches, and ours: more than ASVS 6.2.4 asks for."""
    return frozenset(CommonPasswordValidator().passwords) | frozenset(_WORDS.split())


def _is_pattern(folded: str) -> bool:
    """Few different characters, steps of one width, a short piece again and again, or a row of the keyboard."""
    if len(set(folded)) < 4 or len({ord(right) - ord(left) for left, right in itertools.pairwise(folded)}) == 1:
        return True
    if any(folded == (folded[:size] * len(folded))[: len(folded)] for size in range(1, 5)):
        return True
    return any(folded in row * 2 or folded in row[::-1] * 2 for row in _ROWS)


def _words_of(name: str, email: str, organisation: str) -> Iterable[str]:
    texts = [name, organisation, *re.split(r"[@.\s_+-]", email)]
    single = {word for text in texts for word in re.split(r"[\W_]+", text.casefold())}
    joined = {re.sub(r"[\W_]+", "", text.casefold()) for text in texts}
    return {one for one in (*single, *joined, *PRODUCT) if len(one) >= 4}


def _is_about(folded: str, words: Iterable[str]) -> bool:
    """Whether little is left beside the words, as they are, backwards, or in look-alike signs."""
    for text in (folded, folded[::-1], folded.translate(_LEET), folded.translate(_LEET_TOO)):
        rest = text
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != text and len(_BETWEEN.sub("", rest)) < _REST:
            return True
    return False
