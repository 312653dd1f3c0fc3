"""What a person can ask for, how it reached us, and what it needs. Pure."""

from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """GDPR Art. 15 to 22; CCPA 1798.100 to 1798.121. `wipe`: everything but the account goes."""

    ACCESS = "access"
    EXPORT = "export"
    RECTIFICATION = "rectification"
    DELETION = "deletion"
    WIPE = "wipe"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    OPT_OUT = "opt_out"


KIND_NAMES: Final = {
    Kind.ACCESS: _("See my data"),
    Kind.EXPORT: _("Take my data with me"),
    Kind.RECTIFICATION: _("Correct my data"),
    Kind.DELETION: _("Delete my data"),
    Kind.WIPE: _("Delete my data, keep my account"),
    Kind.RESTRICTION: _("Stop using my data for now"),
    Kind.OBJECTION: _("I object to a use of my data"),
    Kind.OPT_OUT: _("Do not sell or share my data"),
}
STAFF_NAMES: Final = {
    Kind.ACCESS: _("Access request"),
    Kind.EXPORT: _("Export request"),
    Kind.RECTIFICATION: _("Rectification request"),
    Kind.DELETION: _("Deletion request"),
    Kind.WIPE: _("Deletion request, account stays"),
    Kind.RESTRICTION: _("Restriction request"),
    Kind.OBJECTION: _("Objection"),
    Kind.OPT_OUT: _("Opt-out"),
}
CODES: Final = {
    Kind.ACCESS: "ACC",
    Kind.EXPORT: "EXP",
    Kind.RECTIFICATION: "COR",
    Kind.DELETION: "DEL",
    Kind.WIPE: "WIP",
    Kind.RESTRICTION: "RES",
    Kind.OBJECTION: "OBJ",
    Kind.OPT_OUT: "OPT",
}
ARTICLES: Final = {
    Kind.ACCESS: "GDPR Art. 15",
    Kind.EXPORT: "GDPR Art. 20",
    Kind.RECTIFICATION: "GDPR Art. 16",
    Kind.DELETION: "GDPR Art. 17",
    Kind.WIPE: "GDPR Art. 17",
    Kind.RESTRICTION: "GDPR Art. 18",
    Kind.OBJECTION: "GDPR Art. 21",
    Kind.OPT_OUT: "CCPA § 1798.120",
}
ERASING: Final = frozenset({Kind.DELETION, Kind.WIPE})
PACKED: Final = frozenset({Kind.ACCESS, Kind.EXPORT})
FOUR_EYES: Final = ERASING | {Kind.RECTIFICATION}
# What is disclosed, corrected or deleted needs a fresh factor of somebody who is signed in (CCPA regulations § 7061).
FRESH: Final = PACKED | FOUR_EYES
# An opt-out needs no proof (CCPA regulations § 7060).
UNPROVED: Final = frozenset({Kind.OPT_OUT})


class Source(StrEnum):
    CENTRE = "centre"
    ACCOUNT = "account"
    LETTER = "letter"
    CALL = "call"
    AGENT = "agent"
    API = "api"


SOURCE_NAMES: Final = {
    Source.CENTRE: _("Privacy centre"),
    Source.ACCOUNT: _("Signed in"),
    Source.LETTER: _("Letter"),
    Source.CALL: _("Call or visit"),
    Source.AGENT: _("Authorised agent"),
    Source.API: _("Application"),
}
ENTERED: Final = (Source.LETTER, Source.CALL, Source.AGENT)


class Ground(StrEnum):
    """Why a request is denied; the words of Data Rights Protocol 1.0 where it has one."""

    UNFOUNDED = "unfounded"
    EXCESSIVE = "excessive"
    LEGAL_DUTY = "legal_duty"
    LEGAL_CLAIMS = "legal_claims"
    FREE_SPEECH = "free_speech"
    OTHERS_RIGHTS = "others_rights"
    NO_MATCH = "no_match"
    OUTSIDE = "outside_jurisdiction"


GROUND_NAMES: Final = {
    Ground.UNFOUNDED: _("Manifestly unfounded (GDPR Art. 12(5))"),
    Ground.EXCESSIVE: _("Excessive, above all repeated (GDPR Art. 12(5))"),
    Ground.LEGAL_DUTY: _("A legal duty to keep it (GDPR Art. 17(3)(b))"),
    Ground.LEGAL_CLAIMS: _("Needed for legal claims (GDPR Art. 17(3)(e))"),
    Ground.FREE_SPEECH: _("Freedom of expression and information (GDPR Art. 17(3)(a))"),
    Ground.OTHERS_RIGHTS: _("Rights of others (GDPR Art. 15(4))"),
    Ground.NO_MATCH: _("Nothing is held about this person"),
    Ground.OUTSIDE: _("The law that is named does not apply"),
}
# Grounds for which one item may be left out of a copy, or outlive an erasure.
EXEMPTING: Final = (Ground.LEGAL_CLAIMS, Ground.LEGAL_DUTY, Ground.OTHERS_RIGHTS, Ground.FREE_SPEECH)


def code(kind: str, number: int) -> str:
    """ "DEL-0147": what people quote."""
    return f"{CODES[Kind(kind)]}-{number:04d}"
