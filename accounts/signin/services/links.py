"""One-time links: a new person joins, somebody who lost everything recovers."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.access.rules import MANAGE_PEOPLE, Role
from accounts.people import services as people
from accounts.people.models import User
from accounts.people.rules import State
from accounts.signin.models import Link
from accounts.signin.rules import LINK_LIFE
from accounts.signin.services import notices, sessions
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict


class NotToRenew(Conflict):
    code = "link_not_to_renew"


ENROLS = (Link.Kind.JOIN, Link.Kind.RECOVER)


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@transaction.atomic
def invite(
    *, actor: Actor, full_name: str, email: str, roles: Iterable[Role], reason: str, at: datetime
) -> tuple[User, str]:
    """A new person with roles, and the token of their one-time link. Raises Forbidden, Invalid, AddressTaken."""
    access.require(actor, MANAGE_PEOPLE)
    user = people.create(full_name=full_name, email=email)
    journal.record("people.user.created", actor=actor, obj=user, at=at)
    for role in roles:
        access.give_role(actor=actor, user=user, role=role, reason=reason, at=at)
    token = make(actor=actor, user=user, kind=Link.Kind.JOIN, at=at)
    notices.link(actor=actor, user=user, token=token, kind=Link.Kind.JOIN, life=LINK_LIFE, at=at)
    return user, token


@transaction.atomic
def renew(*, actor: Actor, user: User, at: datetime) -> str:
    """A new link for somebody who has not joined; earlier links end. Who has joined and lost their factors needs two
    administrators (services.resets). Raises Forbidden, NotToRenew."""
    access.require(actor, MANAGE_PEOPLE)
    if user.state != State.INVITED:
        raise NotToRenew(_("This person has joined. Ask for a reset of their second factor instead."))
    # Whoever makes the link can become its person.
    access.require_over(actor, user, at)
    token = make(actor=actor, user=user, kind=Link.Kind.JOIN, at=at)
    notices.link(actor=actor, user=user, token=token, kind=Link.Kind.JOIN, life=LINK_LIFE, at=at)
    return token


@transaction.atomic
def make(*, actor: Actor, user: User, kind: Link.Kind, at: datetime, life: timedelta = LINK_LIFE) -> str:
    """The token (256 random bits); only its hash is stored, and any earlier link of the person ends."""
    now, token = timezone.now(), secrets.token_urlsafe(32)
    Link.objects.filter(user=user, used_at__isnull=True).update(used_at=now)
    Link.objects.create(user=user, kind=kind, digest=hashed(token), created_at=now, expires_at=now + life)
    journal.record("signin.link.made", actor=actor, obj=user, detail={"kind": kind.value}, at=at)
    return token


class LinkEnrolment:
    """A link at work (see panel.kernel.registries.setup.Enrolment); its row is locked while a form is handled."""

    def __init__(self, row: Link, at: datetime) -> None:
        self._row, self._at = row, at

    @property
    def kind(self) -> str:
        return str(self._row.kind)

    @property
    def link(self) -> UUID:
        return self._row.id

    @property
    def person(self) -> UUID | None:
        return self._row.user_id

    @property
    def stage(self) -> str:
        return self._row.stage

    def move(self, stage: str, person: UUID | None = None) -> None:  # noqa: ARG002 - the person is known from the start
        self._row.stage = stage
        self._row.save(update_fields=["stage"])

    def finish(self) -> None:
        self._row.used_at = timezone.now()
        self._row.save(update_fields=["used_at"])
        actor = Actor("person", self._row.user_id)
        journal.record("signin.link.used", actor=actor, detail={"kind": self.kind}, at=self._at)


def find(token: str, at: datetime, *, lock: bool = False) -> LinkEnrolment | None:
    """The open link with this token, or None."""
    rows = Link.objects.select_for_update(of=("self",)) if lock else Link.objects.all()
    # A disabled account is not opened again by a link that was made before; one for a forgotten password opens no factors.
    row = rows.filter(digest=hashed(token), kind__in=ENROLS).exclude(user__state=State.DISABLED).first()
    return LinkEnrolment(row, at) if row and row.open(timezone.now()) else None


def end_links(user: User, at: datetime) -> None:  # noqa: ARG001 - links live in real time
    Link.objects.filter(user=user, used_at__isnull=True).update(used_at=timezone.now())


@transaction.atomic
def complete(user: User, at: datetime, language: str = "") -> User:
    """The person has password, authenticator and codes: the account is open, and older sessions are over.

    `language`: the one that they were led here in, theirs from now on; empty: they keep what they have.
    """
    row = people.step(user, State.ACTIVE)
    if language:
        row.language = language
        row.save(update_fields=["language"])
    sessions.end_all(row, at)
    return row
