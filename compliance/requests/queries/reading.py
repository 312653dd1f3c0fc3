"""Who sees which request, and whose it is."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.access import queries as access
from accounts.access.rules import Role
from accounts.people import queries as people
from compliance.requests.models import Event, Exemption, Message, Package, Request, RequestQuerySet, Verdict
from compliance.requests.rules import permits
from compliance.requests.rules.kinds import ERASING, GROUND_NAMES, Ground
from compliance.requests.rules.states import OPEN, State
from compliance.requests.rules.stores import LEFT, Outcome, Person
from compliance.subjects import queries as subjects
from compliance.subjects import rules as naming
from compliance.subjects.models import Subject, SubjectIdentifier
from compliance.subjects.rules import Visitor
from panel.kernel.actors import Actor
from panel.kernel.crypto.keyring import KeyGone
from panel.kernel.models import DataKey

GONE = "–"


def visible_to(actor: Actor) -> RequestQuerySet:
    found = RequestQuerySet(Request)
    return found if access.can(actor, permits.SEE) else found.none()


def rights(actor: Actor) -> dict[str, bool]:
    """What pages offer: "handle", "enter", "settle"."""
    return {one: access.can(actor, getattr(permits, one.upper())) for one in ("handle", "enter", "settle")}


def of_visitor(visitor: Visitor) -> RequestQuerySet:
    """A person's own requests: those of their subjects, and those that came from an address which they proved."""
    rows = naming_rows(visitor.subjects)
    indexes = [bytes(row.index) for row in rows if row.kind == naming.Kind.EMAIL]
    mine = Q(subject__in=visitor.subjects) | Q(subject__isnull=True, contact_index__in=indexes)
    return RequestQuerySet(Request).filter(mine)


def naming_rows(ids: Iterable[UUID]) -> list[SubjectIdentifier]:
    return [row for one in ids for row in subjects.identifiers(one)]


def person(subject: UUID) -> Person:
    """Whom an export or an erasure is about, with every name that still opens."""
    together = tuple(subjects.together(subject))
    users: list[UUID] = []
    names: list[str] = []
    emails: list[str] = []
    for row in naming_rows(together):
        value = subjects.opened(row)
        if value is None:
            continue
        if row.kind == naming.Kind.ACCOUNT:
            users.append(UUID(value))
        elif row.kind != naming.Kind.API_KEY:
            names.append(value)
        if row.kind == naming.Kind.EMAIL:
            emails.append(value)
    for one in users:
        account = people.user(one)
        if account is not None:
            found = [text for text in (account.email_address, account.full_name) if text]
            names += found
            emails += found[: 1 if account.email_address else 0]
    return Person(together, tuple(users), tuple(dict.fromkeys(names)), tuple(dict.fromkeys(emails)))


def person_of(row: Request) -> Person:
    """Whom a proven request is about, with what it leaves as it is."""
    if row.subject_id is None:
        raise ValueError("Nobody is proven yet.")
    return replace(person(row.subject_id), exempt=exempt(row.exemptions.all()))


def exempt(rows: Iterable[Exemption]) -> dict[str, dict[UUID, str]]:
    found: dict[str, dict[UUID, str]] = {}
    for one in rows:
        found.setdefault(one.store, {})[one.item] = str(GROUND_NAMES[Ground(one.ground)])
    return found


def exemptions(row: Request) -> list[tuple[Exemption, Any]]:
    """Each with its ground in words."""
    return [(one, GROUND_NAMES[Ground(one.ground)]) for one in row.exemptions.order_by("store", "item")]


def exempted(subject: UUID) -> dict[str, dict[UUID, str]]:
    """What erasures of a subject that began left as it was."""
    began = [State.EXECUTING, State.PARTIAL, State.FULFILLED, State.ENDED]
    rows = Exemption.objects.filter(request__subject=subject, request__kind__in=ERASING, request__state__in=began)
    return exempt(rows)


def known_subject(identifier: str) -> Subject | None:
    """The person whom an exact identifier names."""
    found = subjects.exact([identifier], subjects.scopes())
    return subjects.subject(found.pop()) if len(found) == 1 else None


def is_last_administrator(users: Iterable[UUID], at: datetime) -> bool:
    """Whether an erasure would leave the panel without anybody who can run it."""
    holders = set(access.holders(Role.ADMINISTRATOR, at))
    return bool(holders) and holders <= set(users)


def open_like(subjects_: Iterable[UUID], kind: str, *, but: UUID | None = None) -> Request | None:
    """The oldest proven open request of these subjects for the same."""
    rows = Request.objects.filter(subject__in=list(subjects_), kind=kind, state__in=OPEN - {State.RECEIVED})
    rows = rows.exclude(state=State.VERIFYING).exclude(id=but) if but else rows.exclude(state=State.VERIFYING)
    return rows.order_by("received_at", "id").first()


def same_person(row: Request) -> list[Request]:
    """Other open requests of the same person for the same, oldest first."""
    if row.subject_id is None:
        return []
    rows = Request.objects.filter(subject__in=subjects.together(row.subject_id), kind=row.kind, state__in=OPEN)
    return list(rows.exclude(id=row.id).order_by("received_at", "id"))


def readable(row: Request) -> bool:
    """Whether its key is there: asked for what is closed, because a process may hold a destroyed key for a minute."""
    if row.closed_at is None:
        return True
    if "_readable" not in row.__dict__:
        row.__dict__["_readable"] = DataKey.objects.filter(id=row.key_id, wrapped__isnull=False).exists()
    return bool(row.__dict__["_readable"])


def opened(row: Request, name: str) -> str:
    """A sealed word of a request; a dash once its key is destroyed."""
    if row.__dict__.get(name, GONE) is None:
        return ""
    if not readable(row):
        return GONE
    try:
        return str(getattr(row, name) or "")
    except KeyGone:
        return GONE


def messages(row: Request, *, notes: bool) -> list[tuple[Message, str]]:
    """(message, text), oldest first; notes are for staff."""
    rows = row.messages.order_by("id")
    found = rows if notes else rows.exclude(way="note")
    return [(one, _text(one) if readable(row) else GONE) for one in found]


def _text(one: Message) -> str:
    try:
        return str(one.text)
    except KeyGone:
        return GONE


def events(row: Request, *, all_of_them: bool) -> list[Event]:
    """Newest first."""
    rows = row.events.order_by("-id")
    return list(rows if all_of_them else rows.filter(shown=True))


def package(row: Request, at: datetime) -> Package | None:
    """The copy that can be downloaded now."""
    return row.packages.filter(gone_at__isnull=True, expires_at__gt=at, size__gt=0).order_by("-id").first()


def verdicts(row: Request) -> list[Verdict]:
    return list(row.verdicts.order_by("id"))


def not_searched(row: Request) -> list[str]:
    """The places that the search could not reach, when they are all that is left of an erasure; else none."""
    left = row.verdicts.filter(outcome__in=[one.value for one in LEFT]).order_by("store")
    found = [one.store.removeprefix("search.") for one in left if one.outcome == Outcome.UNREACHABLE]
    return found if found and all(one.store.startswith("search.") for one in left) else []


def officers(at: datetime) -> list[tuple[UUID, str]]:
    """Who can be given a request."""
    from_role = access.holders(Role.PRIVACY_OFFICER, at)
    return sorted(people.names(from_role).items(), key=lambda pair: pair[1].casefold())


def get(request_id: UUID) -> Request | None:
    return Request.objects.filter(id=request_id).first()
