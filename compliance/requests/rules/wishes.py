"""What somebody asks, checked field by field. Pure."""

from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from compliance.requests.rules import documents
from compliance.requests.rules.deadlines import DEFAULTS
from compliance.requests.rules.kinds import KIND_NAMES, Kind
from panel.kernel.errors import Invalid

LONGEST: Final = 4_000


@dataclass(frozen=True)
class Wish:
    """What is asked. `agent`: who asks for the person, if somebody does, where they are told how it goes, and how they may,
    with a `document` (the bytes of a file) that shows it."""

    kind: str
    words: str = ""
    regime: str = ""
    language: str = ""
    agent: str = ""
    agent_contact: str = ""
    mandate: str = ""
    document: bytes = field(default=b"", repr=False)


def checked(wish: Wish) -> Wish:
    """Raises Invalid."""
    problems = {}
    if wish.kind not in KIND_NAMES:
        problems["kind"] = _("Choose what you want.")
    if len(wish.words) > LONGEST:
        problems["words"] = _("At most %(n)s characters.") % {"n": LONGEST}
    problems |= _of_agent(wish)
    if wish.regime and wish.regime not in DEFAULTS:
        problems["regime"] = _("Choose one of the laws.")
    if wish.kind == Kind.RECTIFICATION and not wish.words.strip():
        problems["words"] = _("Say what is wrong, and what is right.")
    if problems:
        raise Invalid(fields=problems)
    return wish


def _of_agent(wish: Wish) -> dict[str, str]:
    """An agent has a name, an address to answer to, and a mandate (11 CCR section 7063; GDPR by national law)."""
    given = {"agent": wish.agent, "agent_contact": wish.agent_contact, "mandate": wish.mandate}
    if not (wish.document or any(text.strip() for text in given.values())):
        return {}
    found = {
        name: _("Say this, too, when somebody asks for the person.") for name, text in given.items() if not text.strip()
    }
    for name, most in (("agent", 200), ("agent_contact", 254), ("mandate", 1_000)):
        if len(given[name]) > most:
            found[name] = _("At most %(n)s characters.") % {"n": most}
    if len(wish.document) > documents.MOST:
        found["document"] = _("This file is too large: at most 4 MB.")
    elif wish.document and not documents.kind_of(wish.document):
        found["document"] = _("This is no PDF, PNG or JPEG. Scan or photograph the document, and send that file.")
    return found
