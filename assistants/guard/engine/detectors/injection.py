"""Scores a text by the injection rules: weights, combined, lowered where the words are talked about rather than said."""

import math
import re
import unicodedata
from typing import Final, NamedTuple

from assistants.guard.engine.detectors.findings import Finding
from assistants.guard.engine.detectors.injection_rules import RULES, Rule

_WORD: Final = re.compile(r"[a-z]{3,40}")
_NEGATED: Final = re.compile(
    r"(?:\b(?:not|never|cannot|won't|don't|doesn't|didn't|must not|nicht|nie|niemals|ne|jamais|nunca|no|non|mai|nao)\s{1,2})$"
)
_TALKED_ABOUT: Final = re.compile(
    r"\b(?:prompt injections?|injection attacks?|jailbreak(?:s|ing)?(?: attempts?| attacks?| prompts?)|such as|for example|e\.g\."
    r"|phrases?|"
    r"attackers?|classif\w*|detect\w*|red[- ]team\w*|mitigat\w*|defen[cds]\w*|protect\w*|prevent\w*)\b"
)
_QUOTES: Final = "\"'\u201c\u201d\u2018\u2019\u00ab\u00bb\u201e`"
_HINTS: Final = tuple((hint, number) for number, rule in enumerate(RULES) for hint in rule.hints)
_BY_WORD: Final = {
    word: tuple(number for number, rule in enumerate(RULES) if word in rule.words)
    for word in frozenset[str]().union(*(rule.words for rule in RULES))
}


class _Fold(dict[int, str]):
    """Lower case, Latin letters without accents, one character for one, so that places stay the same."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        lower = char.lower()
        base = unicodedata.normalize("NFD", lower)[:1]
        if not base.isascii():
            base = lower
        self[code] = base if len(base) == 1 and char.isalpha() else char
        return self[code]


_FOLD: Final = _Fold()


class Score(NamedTuple):
    """`value` is the combined score of the text, `findings` its parts, the heaviest first."""

    value: float
    findings: list[Finding]


CLEAN: Final = Score(0.0, [])


def score(text: str) -> Score:
    """The score of one canonical text. Linear; a text without any trigger costs one pass."""
    folded = text.lower() if text.isascii() else text.translate(_FOLD)
    words = {word[:5] for word in _WORD.findall(folded)} & _BY_WORD.keys()
    numbers = {number for hint, number in _HINTS if hint in folded}.union(*(_BY_WORD[word] for word in words))
    found = [finding for number in sorted(numbers) if (finding := _apply(RULES[number], folded))]
    if not found:
        return CLEAN
    found.sort(key=lambda finding: -finding.score)
    families: dict[str, float] = {}  # two languages of one rule are one sign, not two
    for finding in found:
        families.setdefault(finding.rule.partition("_")[0], finding.score)
    rest = math.prod(1 - weight for weight in families.values())
    return Score(round(1 - rest, 4), found)


def _apply(rule: Rule, text: str) -> Finding | None:
    best: Finding | None = None
    for number, match in enumerate(rule.pattern.finditer(text)):
        weight = round(rule.weight * _damper(text, match.start(), match.end()), 4)
        if best is None or weight > best.score:
            best = Finding(*match.span(), rule.name, "INJECTION", weight)
        if number == 20 or weight == rule.weight:
            break
    return best


def _damper(text: str, start: int, end: int) -> float:
    """1 for plain speech; less for a negated, quoted or discussed phrase."""
    factor = 1.0
    if _NEGATED.search(text, max(0, start - 14), start):
        factor *= 0.3
    quoted = start > 0 and text[start - 1] in _QUOTES and any(quote in text[end : end + 80] for quote in _QUOTES)
    around = text[max(0, start - 160) : start] + " " + text[end : end + 80]
    if _TALKED_ABOUT.search(around):
        factor *= 0.5 if quoted else 0.7
    return factor
