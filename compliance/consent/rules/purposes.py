"""What a purpose is: why data is processed, on what ground, and the words that people choose by. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from compliance.policies.rules import content

FORMAT = 1
LABEL_LIMIT, EXPLANATION_LIMIT = 120, 2_000
AGES = (0, 13, 14, 15, 16, 18)
"""Age gates; GDPR Art. 8 lets member states choose 13 to 16."""
LONGEST_DAYS = 3_650


class Basis(StrEnum):
    """GDPR Art. 6(1). Only consent is asked for; the others are told."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


class Use(StrEnum):
    """What the data is used for. `sharing` is what a Global Privacy Control signal opts out of (sale and sharing)."""

    SERVICE = "service"
    ANALYTICS = "analytics"
    IMPROVEMENT = "improvement"
    MARKETING = "marketing"
    SHARING = "sharing"


OBJECTABLE = frozenset({Basis.PUBLIC_TASK, Basis.LEGITIMATE_INTERESTS})
"""GDPR Art. 21(1). Direct marketing can be objected to whatever it rests on (Art. 21(2))."""
OBLIGED = frozenset({Basis.LEGAL_OBLIGATION, Basis.VITAL_INTERESTS})
"""What is shared because it must be: no opt-out ends it."""
ARTICLES = {
    Basis.CONSENT: "Art. 6(1)(a)",
    Basis.CONTRACT: "Art. 6(1)(b)",
    Basis.LEGAL_OBLIGATION: "Art. 6(1)(c)",
    Basis.VITAL_INTERESTS: "Art. 6(1)(d)",
    Basis.PUBLIC_TASK: "Art. 6(1)(e)",
    Basis.LEGITIMATE_INTERESTS: "Art. 6(1)(f)",
}
"""GDPR."""
BASIS_NAMES = {
    Basis.CONSENT: _("Consent"),
    Basis.CONTRACT: _("Contract"),
    Basis.LEGAL_OBLIGATION: _("Legal obligation"),
    Basis.VITAL_INTERESTS: _("Vital interests"),
    Basis.PUBLIC_TASK: _("Public task"),
    Basis.LEGITIMATE_INTERESTS: _("Legitimate interests"),
}
USE_NAMES = {
    Use.SERVICE: _("The service itself"),
    Use.ANALYTICS: _("Analytics"),
    Use.IMPROVEMENT: _("Improvement and training"),
    Use.MARKETING: _("Marketing"),
    Use.SHARING: _("Sale or sharing"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """One language: the line beside the switch, and what stands below it."""

    label: str
    explanation: str

    @classmethod
    def of(cls, stored: Mapping[str, str]) -> "Words":
        return cls(stored.get("label", ""), stored.get("explanation", ""))

    @property
    def stored(self) -> dict[str, str]:
        return {"label": self.label, "explanation": self.explanation}


def cleaned(words: Words) -> Words:
    lines = (" ".join(line.split()) for line in words.explanation.replace("\r\n", "\n").split("\n"))
    return Words(" ".join(words.label.split()), "\n".join(lines).strip())


def words_digest(purpose: str, language: str, words: Words) -> str:
    """Hex SHA-256 of the canonical JSON {explanation, format, label, language, purpose}: what a receipt pins."""
    return content.digest({"format": FORMAT, "purpose": purpose, "language": language, **words.stored})
