"""Links that prove a name, and the session that they open: of one person, for its own pages, for two hours.

It is not a sign-in. Asking for a link gives the same answer for every address; looking at a link uses nothing up (mail
programs look), pressing its button does. Everything here lives in real time.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.subjects import queries
from compliance.subjects.models import ProofLink, SubjectSession, Tally
from compliance.subjects.rules import LINK_LIFE, SESSION_LIFE, VOUCH, Kind, Proof, Visitor, problem, spelled
from compliance.subjects.services import linking, naming
from panel.journal import addresses
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import blind, keyring
from panel.kernel.errors import Invalid, Missing, TooMany
from panel.outbound import services as outbound

HOUR = timedelta(hours=1)
# How often within an hour: links to one address, links asked for from one network address, all links together, wrong links
# tried from one network address.
PER_EMAIL, PER_ASKER, IN_ALL, WRONG = 3, 10, 300, 20
KEY = "subject:links"


class LinkGone(Missing):
    code = "link_gone"


@transaction.atomic
def ask_link(
    *,
    email: str,
    address: str,
    at: datetime,
    letter: str = "privacy_link",
    onward: str = "",
    context: Mapping[str, object] | None = None,
    language: str = "",
) -> bool:
    """Mail a link to an address, whoever it belongs to and whether or not anything is known of it.

    Says nothing about what happened to who asks, so that nobody learns from it: beyond three links an hour to one address the
    rest is dropped silently. `letter` is another letter than the usual one, with its `context`; `onward` a path below /privacy/
    where the link leads. Answers whether it was mailed, for the caller's own books only. Raises TooMany for a network address
    that asks too often, Invalid for what is no mail address.
    """
    wanted = blind.normalise(email)
    if not allowed(email=wanted, address=address):
        return False
    token = _make(Kind.EMAIL, wanted, None)
    link = f"{settings.BASE_URL}/privacy/link/{token}/" + (f"?{urlencode({'next': onward})}" if onward else "")
    outbound.send_mail(
        actor=Actor("anonymous"),
        template=letter,
        to=wanted,
        context={"link": link, "minutes": int(LINK_LIFE.total_seconds() // 60), **(context or {})},
        at=at,
        language=language,
        expires_at=at + LINK_LIFE,
    )
    return True


def allowed(*, email: str, address: str) -> bool:
    """Whether another letter to this address may go out now; counts. Raises TooMany for a network address that asks too
    often."""
    if not _spend("asker", _network(address), PER_ASKER):
        raise TooMany(_("Too many links were asked for. Try again in an hour."), retry_after=3600)
    return _spend("email", email, PER_EMAIL) and _spend("all", "", IN_ALL)


@transaction.atomic
def vouch(*, actor: Actor, end_user: str, scope: UUID, at: datetime) -> str:
    """A link for an application to hand to its end user, who then is that end user here. The application's key vouches.

    Raises Forbidden, Invalid. Returns the address of the link; it is shown once.
    """
    access.require(actor, VOUCH)
    if told := problem(Kind.END_USER, end_user, scope):
        raise Invalid(fields={"end_user": told})
    value = next(iter(spelled(end_user)))
    subject = naming.subject_for(Kind.END_USER, value, scope=scope)
    token = _make(Kind.END_USER, value, scope)
    journal.record("subjects.end_user.vouched", actor=actor, obj=("subject", subject), at=at)
    return f"{settings.BASE_URL}/privacy/link/{token}/"


def look(*, token: str, address: str) -> ProofLink:
    """The open link with this token; nothing is used up. Raises LinkGone, TooMany for who tries wrong ones."""
    row = ProofLink.objects.filter(digest=hashed(token), used_at__isnull=True, expires_at__gt=timezone.now()).first()
    if row is not None:
        return row
    with transaction.atomic():
        heard = _spend("wrong", _network(address), WRONG)
    if not heard:
        raise TooMany(_("Too many links that do not work. Try again in an hour."), retry_after=3600)
    raise LinkGone(_("This link was used, is older than 30 minutes, or was cut off. Ask for a new one."))


def open_link(*, token: str, address: str, session: SubjectSession | None, join: bool, at: datetime) -> str:
    """Use a link up; returns the new session's token. With `join`, the person of the session that is open in this browser
    and the one of the link are the same: both were proved here, so they are linked. Raises LinkGone, TooMany."""
    found = look(token=token, address=address)  # counts a wrong one outside of the transaction, or it would not count
    with transaction.atomic():
        return _use(found, session, join=join, at=at)


def _use(found: ProofLink, session: SubjectSession | None, *, join: bool, at: datetime) -> str:
    row = ProofLink.objects.select_for_update().filter(id=found.id, used_at__isnull=True).first()
    if row is None:
        raise LinkGone(_("This link was used a moment ago. Ask for a new one."))
    row.used_at = timezone.now()
    row.save(update_fields=["used_at"])
    subject = naming.subject_for(row.kind, str(row.value), scope=row.scope)
    proof = Proof.EMAIL_LINK if row.kind == Kind.EMAIL else Proof.VOUCHED
    if session is not None:
        end_session(session=session)
        if join and session.subject_id != subject:
            linking.link(actor=Actor("subject", subject), one=session.subject_id, other=subject, proof=proof, at=at)
    return _open(subject, proof, at)


def is_recent(visitor: Visitor, within: timedelta) -> bool:
    """Whether the link that opened this session was used so short a time ago."""
    return visitor.ends_at is not None and timezone.now() - (visitor.ends_at - SESSION_LIFE) <= within


def join_account(*, actor: Actor, session: SubjectSession, at: datetime) -> None:
    """Somebody who is signed in and holds a session by link in the same browser: both are proved, so they are one."""
    if actor.kind != "person" or actor.id is None:
        raise Invalid(_("Sign in first."))
    account = naming.subject_for(Kind.ACCOUNT, str(actor.id))
    linking.link(actor=actor, one=account, other=session.subject_id, proof=Proof.SIGNED_IN, at=at)


@transaction.atomic
def end_session(*, session: SubjectSession) -> None:
    """Again is a no-op."""
    SubjectSession.objects.filter(id=session.id, ended_at__isnull=True).update(ended_at=timezone.now())


def sweep(*, now: datetime) -> int:
    """Remove links and sessions that ended a day ago, and old tallies; `now` in real time."""
    day = now - timedelta(days=1)
    gone = ProofLink.objects.filter(expires_at__lt=day).delete()[0]
    gone += SubjectSession.objects.filter(expires_at__lt=day).delete()[0]
    return gone + Tally.objects.filter(since__lt=day).delete()[0]


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _make(kind: Kind, value: str, scope: UUID | None) -> str:
    token, now = secrets.token_urlsafe(32), timezone.now()
    row = ProofLink(id=ids.new_id(), digest=hashed(token), kind=kind.value, scope=scope, key_id=keyring.named(KEY))
    row.value, row.made_at, row.expires_at = value, now, now + LINK_LIFE
    row.save(force_insert=True)
    return token


def _open(subject: UUID, proof: Proof, at: datetime) -> str:
    token, now = secrets.token_urlsafe(32), timezone.now()
    SubjectSession.objects.create(
        digest=hashed(token), subject_id=subject, proof=proof.value, opened_at=now, expires_at=now + SESSION_LIFE
    )
    detail = {"proof": proof.value, "person": str(queries.person_of(subject))}
    actor = Actor("subject", subject)
    journal.record("subjects.session.opened", actor=actor, obj=("subject", subject), detail=detail, at=at)
    return token


def _network(address: str) -> str:
    """A hash of the network address that nobody can undo after two days; IPv6 counts by its /64."""
    return addresses.hashed(address, timezone.now().date())


def _spend(scope: str, who: str, most: int) -> bool:
    """Count one; whether it is within `most` an hour. The row is locked, so parallel ones all count."""
    now = timezone.now()
    key = keyring.secret(keyring.named(KEY), "tally")
    digest = hmac.digest(key, f"{scope}|{who}".encode(), "sha256")[:16]
    Tally.objects.bulk_create([Tally(scope=scope, who=digest, since=now)], ignore_conflicts=True)
    row = Tally.objects.select_for_update().get(scope=scope, who=digest)
    if now - row.since >= HOUR:
        row.since, row.count = now, 0
    row.count += 1
    row.save(update_fields=["since", "count"])
    return row.count <= most
