"""Who a subject is, and which subjects are one person."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from compliance.subjects.models import Link, Subject, SubjectIdentifier, SubjectSession
from compliance.subjects.rules import KIND_NAMES, Kind, Proof, Section, Visitor, masked, sections, spelled, spelling
from panel.kernel.crypto import blind
from panel.kernel.crypto.keyring import KeyGone

ENDED = "–"


def index_of(kind: Kind, value: str, scope: UUID | None = None) -> bytes:
    """The blind index under which this name is found."""
    return blind.index(f"subjects.{kind}", spelling(value, scope))


def find(*, kind: Kind, value: str, scope: UUID | None = None) -> UUID | None:
    """The subject of this name, if there is one."""
    rows = SubjectIdentifier.objects.filter(kind=kind, index=index_of(kind, value, scope))
    return rows.values_list("subject_id", flat=True).first()


def identifiers(subject: UUID) -> list[SubjectIdentifier]:
    """What names this subject, oldest first; reading `value` opens it."""
    return list(SubjectIdentifier.objects.filter(subject_id=subject).order_by("id"))


def found(pairs: Iterable[tuple[Kind, bytes]]) -> dict[tuple[str, bytes], UUID]:
    """Subjects by (kind, index), in one query."""
    wanted = set(pairs)
    rows = SubjectIdentifier.objects.filter(index__in=[index for _, index in wanted]).values_list(
        "kind", "index", "subject_id"
    )
    return {(kind, bytes(index)): subject for kind, index, subject in rows}


def person_of(subject: UUID) -> UUID:
    """The subject that stands for the person; the subject itself when it is alone."""
    row = Link.objects.filter(subject_id=subject, ended_at__isnull=True).values_list("person_id", flat=True).first()
    return row or subject


def persons_of(subjects: Iterable[UUID]) -> dict[UUID, UUID]:
    """`person_of` for many, in one query."""
    wanted = set(subjects)
    rows = Link.objects.filter(subject_id__in=wanted, ended_at__isnull=True).values_list("subject_id", "person_id")
    return dict.fromkeys(wanted) | {one: one for one in wanted} | dict(rows)  # type: ignore[return-value]


def together(subject: UUID) -> list[UUID]:
    """Every subject id of the person that this one belongs to, the one that stands for it first: what an export, an
    erasure or a consent must look at."""
    person = person_of(subject)
    rows = Link.objects.filter(person_id=person, ended_at__isnull=True).order_by("subject_id")
    return [person, *rows.values_list("subject_id", flat=True)]


def groups(subjects: Iterable[UUID]) -> dict[UUID, UUID]:
    """Links in force of the persons that these subjects belong to (member -> person)."""
    persons = set(persons_of(subjects).values())
    return dict(
        Link.objects.filter(person_id__in=persons, ended_at__isnull=True).values_list("subject_id", "person_id")
    )


def persons() -> QuerySet[Subject]:
    """One row a person: subjects that stand for themselves."""
    linked = Link.objects.filter(ended_at__isnull=True).values("subject_id")
    return Subject.objects.exclude(id__in=linked)


def subject(subject_id: UUID) -> Subject | None:
    return Subject.objects.filter(id=subject_id).first()


def exact(words: Iterable[str], scopes: Iterable[UUID]) -> set[UUID]:
    """Persons whom a typed identifier names exactly: an e-mail address, an account, an API key, an end-user id within
    one of the scopes, or the pseudonym itself. Nothing is found by a part of it."""
    wanted: set[tuple[Kind, bytes]] = set()
    ids: set[UUID] = set()
    kept = list(scopes)
    for word in words:
        wanted |= {(kind, index_of(kind, blind.normalise(word))) for kind in (Kind.EMAIL, Kind.ACCOUNT, Kind.API_KEY)}
        wanted |= {(Kind.END_USER, index_of(Kind.END_USER, form, scope)) for form in spelled(word) for scope in kept}
        try:
            ids.add(UUID(word))
        except ValueError:
            continue
    hits = set(found(wanted).values()) | set(Subject.objects.filter(id__in=ids).values_list("id", flat=True))
    return set(persons_of(hits).values())


def scopes() -> list[UUID]:
    """Every scope in which an end-user id was seen."""
    rows = SubjectIdentifier.objects.filter(kind=Kind.END_USER).order_by()
    return [one for one in rows.values_list("scope", flat=True).distinct() if one]


def scopes_of(subjects: Iterable[UUID]) -> list[UUID]:
    """Assistants and applications whose end user this person is."""
    rows = SubjectIdentifier.objects.filter(subject_id__in=list(subjects), kind=Kind.END_USER, scope__isnull=False)
    return [one for one in rows.order_by().values_list("scope", flat=True).distinct() if one]


def kinds_of(subjects: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Which kinds of names each person has, for a page of a list."""
    wanted = list(subjects)
    rows = SubjectIdentifier.objects.filter(
        Q(subject_id__in=wanted) | Q(subject__links__person_id__in=wanted, subject__links__ended_at__isnull=True)
    ).values_list("subject_id", "kind")
    pairs = list(rows)
    roots = persons_of({one for one, _kind in pairs})
    answer: dict[UUID, set[str]] = {one: set() for one in wanted}
    for one, kind in pairs:
        answer.setdefault(roots[one], set()).add(kind)
    return answer


def links(person: UUID) -> list[Link]:
    """Every link that a person had, newest first, ended ones too."""
    ids = together(person)
    return list(Link.objects.filter(Q(subject_id__in=ids) | Q(person_id__in=ids)).order_by("-id"))


def opened(row: SubjectIdentifier) -> str | None:
    """The name itself; None once its key is destroyed."""
    try:
        return str(row.value)
    except KeyGone:
        return None


def pseudonym(subject_id: UUID) -> str:
    """How a subject is written where people read: the end of its id, which is its random part."""
    return f"S-{subject_id.hex[-8:].upper()}"


def kind_words(kinds: Iterable[str]) -> str:
    return ", ".join(str(KIND_NAMES[Kind(one)]) for one in sorted(kinds)) or ENDED


def session(token: str, now: datetime) -> SubjectSession | None:
    """The open session of a cookie. `now` in real time."""
    digest = hashlib.sha256(token.encode()).digest()
    rows = SubjectSession.objects.filter(digest=digest, ended_at__isnull=True, expires_at__gt=now)
    return rows.first()


def visitor(row: SubjectSession) -> Visitor:
    return Visitor(row.subject_id, tuple(together(row.subject_id)), Proof(row.proof), row.expires_at)


def known_by(visitor: Visitor) -> list[tuple[str, str]]:
    """What names the person, for their own page: (kind, value). What this session did not prove stays masked, so that who
    reads a mailbox does not learn an account from it."""
    rows = SubjectIdentifier.objects.filter(subject_id__in=visitor.subjects).order_by("id")
    return [(str(KIND_NAMES[Kind(row.kind)]), _own(row, visitor)) for row in rows]


def _own(row: SubjectIdentifier, visitor: Visitor) -> str:
    value = opened(row)
    if value is None:
        return ENDED
    return value if row.kind == Kind.EMAIL and row.subject_id == visitor.subject else masked(row.kind, value)


def headings() -> list[tuple[Section, str]]:
    """(section, address) for the head of every page of the privacy centre."""
    every = sorted([*sections(mine=False), *sections(mine=True)], key=lambda one: one.order)
    return [(one, reverse(one.url)) for one in every]
