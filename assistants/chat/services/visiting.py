"""Coming in: a browser becomes a session, is told that an AI answers, and chooses what its data may be used for."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assistants.catalog.models import Assistant
from assistants.chat.models import Invitation, Session
from assistants.chat.queries.visits import Asked, Visit, account_digest, gate, hashed, session, subject_of
from assistants.chat.rules.chats import DISCLOSURE, OPENED_PER_MINUTE, SESSION_LIFE, Way, subject_name
from assistants.chat.services import inviting
from compliance.consent.services import choosing
from compliance.consent.services.ledger import Shown
from compliance.subjects.rules import Kind
from compliance.subjects.services import naming
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid, TooMany


class NotAgreed(Conflict):
    """Something that the assistant needs was not agreed to; nobody's words go anywhere."""

    code = "chat_not_agreed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person chose about one purpose, in the words that the page showed."""

    yes: bool
    shown: Shown
    age_confirmed: bool = False


Answers = Mapping[str, Answer]


def begin(*, visit: Visit, at: datetime) -> Visit:
    """The visit with a session, made now if there is none; nothing is told yet. Raises TooMany."""
    if visit.session is not None:
        return visit
    with transaction.atomic():
        return _begun(visit, None, at)


def enter(*, token: str, at: datetime) -> tuple[Invitation, str]:
    """Use an invitation; returns it and the new browser's token. Raises LinkGone, TooMany."""
    found = inviting.look(token=token, now=timezone.now())
    with transaction.atomic():
        inviting.use(invitation=found)
        _row, fresh = _make(found.assistant, Way.INVITED, found, embedded=False)
        detail = {"invitation": str(found.id), "session": str(_row.id)}
        journal.record("chat.invitation.used", actor=_self(_row), obj=found.assistant, detail=detail, at=at)
    return found, fresh


def open_up(*, visit: Visit, answers: Answers, languages: Sequence[str], at: datetime) -> Visit:
    """Told that an AI answers, and chosen. Where a required yes is missing, what was given before and is off now is taken
    back, and nothing else is written down; raises NotAgreed when there was nothing to take back. Raises Invalid and Conflict
    as consent does."""
    found = gate(visit, at, languages)
    if any(one.required and not _said_yes(one, answers) for one in found.asked):
        _take_back(visit, found.asked, answers, at)
        return visit
    with transaction.atomic():
        visit = begin(visit=visit, at=at)
        row = visit.session
        assert row is not None  # noqa: S101 - begun above
        if row.told_at is None:
            row.told_at, row.told = timezone.now(), DISCLOSURE
            row.save(update_fields=["told_at", "told"])
            detail = {"session": str(row.id), "way": row.way, "words": DISCLOSURE}
            journal.record("chat.ai.disclosed", actor=visit.doer, obj=visit.assistant, detail=detail, at=at)
    for one in found.asked:
        _choose(visit, row.subject_id, one, answers.get(one.choice.purpose.slug), at)
    return visit


def _take_back(visit: Visit, asked: Sequence[Asked], answers: Answers, at: datetime) -> None:
    given = [one for one in asked if one.choice.given and not _said_yes(one, answers)]
    subject = subject_of(visit)
    if subject is None or not given:
        raise NotAgreed(
            _("The assistant cannot answer without your yes to what it needs. You can say no and write to a person.")
        )
    for one in given:
        _choose(visit, subject, one, None, at)


def _said_yes(one: Asked, answers: Answers) -> bool:
    found = answers.get(one.choice.purpose.slug)
    return found is not None and found.yes


def _choose(visit: Visit, subject: UUID, one: Asked, found: Answer | None, at: datetime) -> None:
    """Yes gives, in the words that were shown; no takes back what was given before."""
    choice = one.choice
    who: dict[str, Any] = {"actor": visit.doer, "subject": subject, "purpose": choice.purpose, "channel": "chat"}
    if found is not None and found.yes and not choice.given:
        choosing.give(**who, shown=found.shown, age_confirmed=found.age_confirmed, at=at)
    elif choice.given and not (found is not None and found.yes):
        choosing.withdraw(**who, at=at)


def _begun(visit: Visit, invitation: Invitation | None, at: datetime) -> Visit:
    if visit.way is not Way.ACCOUNT:
        row, token = _make(visit.assistant, visit.way, invitation, embedded=visit.embedded)
        return replace(visit, session=row, token=token)
    if visit.actor.id is None:
        raise Invalid(_("Sign in first."))
    digest, now = account_digest(visit.actor), timezone.now()
    subject = naming.subject_for(Kind.ACCOUNT, str(visit.actor.id))
    via = visit.actor.via[1] if visit.actor.via else None
    values = {"way": Way.ACCOUNT.value, "account": visit.actor.id, "via": via, "subject_id": subject}
    times = {"opened_at": now, "expires_at": now + SESSION_LIFE, "ended_at": None}
    fresh = {"told_at": None, "told": "", "first_at": None}
    Session.objects.filter(assistant=visit.assistant, digest=digest, expires_at__lte=now).update(**times, **fresh)
    Session.objects.filter(assistant=visit.assistant, digest=digest, ended_at__isnull=False).update(**times, **fresh)
    Session.objects.get_or_create(
        assistant=visit.assistant, digest=digest, defaults={"id": ids.new_id(at)} | values | times
    )
    return replace(visit, session=session(visit.assistant.id, digest, now))


def _make(assistant: Assistant, way: Way, invitation: Invitation | None, *, embedded: bool) -> tuple[Session, str]:
    now = timezone.now()
    fresh = Session.objects.filter(assistant=assistant, account__isnull=True, opened_at__gt=now - timedelta(minutes=1))
    if fresh.count() >= OPENED_PER_MINUTE:
        raise TooMany(_("Very many people come at once. Try again in a minute."), retry_after=60)
    key, token = ids.new_id(), secrets.token_urlsafe(32)
    subject = naming.subject_for(Kind.END_USER, subject_name(key.hex), scope=assistant.id)
    row = Session(id=key, assistant=assistant, subject_id=subject, digest=hashed(token), way=way.value)
    row.invitation, row.embedded, row.opened_at, row.expires_at = invitation, embedded, now, now + SESSION_LIFE
    row.save(force_insert=True)
    return row, token


def _self(row: Session) -> Actor:
    return Actor("subject", row.subject_id)


def end(*, session: UUID) -> None:
    """The browser is a stranger again. Again is a no-op."""
    Session.objects.filter(id=session, ended_at__isnull=True).update(ended_at=timezone.now())
