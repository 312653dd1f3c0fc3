"""What names a data subject, what proves that two names are one person, and what a group of names is. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role
from panel.kernel.actors import Actor

LONGEST = 512
LINK_LIFE = timedelta(minutes=30)
SESSION_LIFE = timedelta(hours=2)

_OFFICER = frozenset({Role.PRIVACY_OFFICER})
SEE = Permit("subjects.see", _("See data subjects"), frozenset({Role.PRIVACY_OFFICER, Role.AUDITOR}))
REVEAL = Permit("subjects.reveal", _("Read what names a data subject"), _OFFICER, fresh=True, by_key=False)
ASK_GROUP = Permit("subjects.ask_group", _("Ask to merge or split data subjects"), _OFFICER)
APPROVE_GROUP = Permit("subjects.group", _("Merge and split data subjects"), _OFFICER, fresh=True, by_key=False)
VOUCH = Permit(
    "subjects.vouch", _("Vouch for an application's end users"), frozenset({Role.DEVELOPER, Role.PRIVACY_OFFICER})
)
PERMITS = (SEE, REVEAL, ASK_GROUP, APPROVE_GROUP, VOUCH)


class Kind(StrEnum):
    """`api_key`: callers without an end-user id, one subject per key. `end_user`: what a client sends as `user`, only
    meaningful within its scope (an assistant, an application). `account`: somebody who signs in here. `email`: an address
    that somebody proved to read."""

    API_KEY = "api_key"
    END_USER = "end_user"
    ACCOUNT = "account"
    EMAIL = "email"


KIND_NAMES = {
    Kind.API_KEY: _("API key (callers without an id)"),
    Kind.END_USER: _("End-user id of an application"),
    Kind.ACCOUNT: _("Account"),
    Kind.EMAIL: _("E-mail address"),
}


class Proof(StrEnum):
    """Why two names are one person."""

    SIGNED_IN = "signed_in"
    EMAIL_LINK = "email_link"
    VOUCHED = "vouched"
    TWO_PEOPLE = "two_people"


PROOF_NAMES = {
    Proof.SIGNED_IN: _("Signed in to the account"),
    Proof.EMAIL_LINK: _("Opened a link that was mailed to the address"),
    Proof.VOUCHED: _("The application vouched for its end user"),
    Proof.TWO_PEOPLE: _("Two people of the organisation decided it"),
}


def spelling(value: str, scope: UUID | None) -> str:
    """The text that is hashed: in hex, because the blind index folds case and end-user ids differ by it."""
    return f"{scope or ''}|{value.encode('utf-8', 'surrogatepass').hex()}"


def problem(kind: Kind, value: str, scope: UUID | None) -> str:
    """Why this cannot name a subject, or ""."""
    if not value or len(value) > LONGEST:
        return f"An identifier has 1 to {LONGEST} characters."
    if (kind is Kind.END_USER) != (scope is not None):
        return "An end-user id needs its scope, and nothing else has one."
    return ""


def masked(kind: str, value: str) -> str:
    """Enough to recognise a name that one knows already, and no more."""
    if kind == Kind.EMAIL:
        local, _at, domain = value.rpartition("@")
        return f"{local[:1]}…@{domain[:1]}….{domain.rpartition('.')[2]}"
    return f"…{value[-4:]}" if len(value) > 8 else "…"


Groups = Mapping[UUID, UUID]  # member -> the subject that stands for the person; who stands for one is no member


def person_in(groups: Groups, subject: UUID) -> UUID:
    return groups.get(subject, subject)


def members(groups: Groups, person: UUID) -> set[UUID]:
    """All subjects of a person, the one that stands for them included."""
    return {person, *(one for one, root in groups.items() if root == person)}


def merged(groups: Groups, one: UUID, other: UUID) -> dict[UUID, UUID]:
    """New links (member -> person) that make one person of two; empty when they are one already. The older id stands for
    both (UUIDv7: the smaller)."""
    first, second = sorted((person_in(groups, one), person_in(groups, other)))
    return {} if first == second else dict.fromkeys(members(groups, second), first)


def split(groups: Groups, subject: UUID) -> dict[UUID, UUID | None]:
    """New links that take a subject out of its person (None: it stands for itself); empty when it is alone already. When
    the one that stood for the person leaves, the oldest of the others stands for them."""
    person = person_in(groups, subject)
    rest = sorted(members(groups, person) - {subject})
    if not rest:
        return {}
    if subject != person:
        return {subject: None}
    return {rest[0]: None, **dict.fromkeys(rest[1:], rest[0])}


@dataclass(frozen=True)
class Visitor:
    """Whose pages these are: every subject id of the person, the proof, and when the session ends (None: signed in)."""

    subject: UUID
    subjects: tuple[UUID, ...]
    proof: Proof
    ends_at: datetime | None = None
    account: UUID | None = None

    @property
    def actor(self) -> Actor:
        """Who acts when this person gives a consent or asks for their data."""
        return Actor("person", self.account) if self.account else Actor("subject", self.subject)


@dataclass(frozen=True)
class Section:
    """A part of the privacy centre that a slice plugs in. `url` is a route's name without arguments. `mine`: it needs a
    subject's session; `fact(visitor, at)` says in a few words how things stand ("2 of 3 given")."""

    name: str
    title: Any
    text: Any
    url: str
    order: int = 50
    mine: bool = True
    fact: Callable[[Visitor, datetime], str] | None = None


_sections: dict[str, Section] = {}


def register_section(section: Section) -> None:
    _sections[section.name] = section


def sections(*, mine: bool) -> list[Section]:
    return sorted((one for one in _sections.values() if one.mine is mine), key=lambda one: (one.order, one.name))


# How the floor above stores what a client sends as end-user id: (value, scope) -> the identifier's value.
Spell = Callable[[str], str]
_spellings: list[Spell] = []


def register_spelling(spell: Spell) -> None:
    """An upper slice that stores end-user ids as digests says how, so that an exact id can be looked up and vouched for."""
    _spellings[:] = [spell]


def spelled(value: str) -> Iterable[str]:
    """The forms under which an end-user id may be stored."""
    return [*(spell(value) for spell in _spellings), value]
