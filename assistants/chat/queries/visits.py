"""Who comes to a chat: whether it is open to them, whose browser it is, and what they must be told and asked before."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.access import queries as access
from assistants.catalog.models import Assistant, Binding
from assistants.catalog.queries import purposes
from assistants.catalog.rules import permits as catalog
from assistants.catalog.rules.purposes import WITH_WORDS
from assistants.catalog.rules.states import State
from assistants.chat.models import Session, Setting
from assistants.chat.rules.chats import Way
from compliance.consent import queries as consent
from compliance.consent.queries import Choice
from compliance.retention import queries as retention
from compliance.subjects import queries as subjects
from compliance.subjects.rules import Kind
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at the door of a chat that is open to them. `session` is None until they began. `told`: they were told that
    an AI answers, in this session."""

    setting: Setting
    actor: Actor
    way: Way
    session: Session | None
    token: str = ""
    embedded: bool = False

    @property
    def assistant(self) -> Assistant:
        return self.setting.assistant

    @property
    def told(self) -> bool:
        return self.session is not None and self.session.told_at is not None

    @property
    def subject(self) -> UUID | None:
        return self.session.subject_id if self.session else None

    @property
    def doer(self) -> Actor:
        """Who acts: the account that is signed in, else the subject of this browser."""
        if self.session is None or self.way is Way.ACCOUNT:
            return self.actor
        return Actor("subject", self.session.subject_id, request_id=self.actor.request_id)

    @property
    def name(self) -> str:
        return self.setting.name or self.assistant.name


def setting_of(assistant: Assistant) -> Setting | None:
    return Setting.objects.select_related("assistant").filter(assistant=assistant).first()


def offered(slug: str) -> Setting | None:
    """A chat that is switched on, of an assistant that was published and is not archived."""
    rows = Setting.objects.select_related("assistant__live_version")
    return rows.filter(assistant__slug=slug, active=True, assistant__state__in=[State.LIVE, State.PAUSED]).first()


def come(*, setting: Setting | None, actor: Actor, token: str, now: datetime, embedded: bool = False) -> Visit:
    """Raises Missing, alike for a chat that does not exist, is off, or is not for them. `now` in real time."""
    found = _come(setting, actor, token, now, embedded=embedded) if setting else None
    if found is None:
        raise Missing(_("There is no chat here for you. It may be closed, or only for people who were asked in."))
    return found


def _come(setting: Setting, actor: Actor, token: str, now: datetime, *, embedded: bool) -> Visit | None:
    if actor.kind == "person" and _may_as_account(setting, actor):
        row = session(setting.assistant_id, account_digest(actor), now)
        return Visit(setting, actor, Way.ACCOUNT, row)
    row = session(setting.assistant_id, hashed(token), now) if token else None
    if row is not None and row.way == Way.INVITED and setting.invited and _invitation_holds(row):
        return Visit(setting, actor, Way.INVITED, row, token, embedded)
    if not setting.anyone:
        return None
    kept = row if row is not None and row.way == Way.OPEN else None
    return Visit(setting, actor, Way.OPEN, kept, token if kept else "", embedded)


def _may_as_account(setting: Setting, actor: Actor) -> bool:
    if setting.anyone or access.can(actor, catalog.VIEW, setting.assistant):
        return True
    return setting.members and actor.id is not None and access.guest(actor.id) is None


def _invitation_holds(row: Session) -> bool:
    return row.invitation is not None and row.invitation.ended_at is None


def session(assistant: UUID, digest: bytes, now: datetime) -> Session | None:
    rows = Session.objects.select_related("invitation").filter(assistant_id=assistant, digest=digest)
    return rows.filter(ended_at__isnull=True, expires_at__gt=now).first()


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def account_digest(actor: Actor) -> bytes:
    """One session in a chat for each session in the panel: who signs in anew is told anew."""
    return hashed(f"account:{actor.id}:{actor.via[1] if actor.via else ''}")


def subject_of(visit: Visit) -> UUID | None:
    """The person, if anything is known of them yet."""
    if visit.way is Way.ACCOUNT and visit.session is None:
        return subjects.find(kind=Kind.ACCOUNT, value=str(visit.actor.id))
    return visit.subject


@dataclass(frozen=True, slots=True)
class Asked:
    choice: Choice
    required: bool


@dataclass(frozen=True, slots=True)
class Gate:
    """What is told, what is asked, and whether the person is through: told of the AI, every required yes given."""

    told: list[Choice]
    asked: list[Asked]

    @property
    def settled(self) -> bool:
        return all(one.choice.given for one in self.asked if one.required)


def gate(visit: Visit, at: datetime, languages: Iterable[str]) -> Gate:
    """Purposes that calls by the chat serve, whatever key other callers use, and the one that words are kept for."""
    rows = [one for one in purposes.bindings(visit.assistant) if _by_chat(one)]
    required = {one.purpose_id for one in rows if one.required}
    kept = purposes.storage(visit.assistant)
    wanted = {one.purpose_id for one in rows} | ({kept.purpose_id} if kept and kept.purpose_id else set())
    if not wanted:
        return Gate([], [])
    found = consent.choices(subject_of(visit), at, languages, wanted)
    return Gate(
        [one for one in found if not one.asked],
        [Asked(one, one.purpose.id in required) for one in found if one.asked],
    )


def _by_chat(one: Binding) -> bool:
    return one.api_key_id is None and one.route in {"", "chat"}


def keep_of(assistant: Assistant) -> str:
    """How much is kept of what is said."""
    return purposes.keep(assistant)


def kept_days(assistant: Assistant, at: datetime) -> int | None:
    """For how many days words are kept; None without words."""
    if not keeps(assistant):
        return None
    known = retention.content_classes([assistant.id], at)[assistant.id]
    return next(int(one["days"]) for one in retention.rules_in_force(at) if one["name"] == known)


def keeps(assistant: Assistant) -> bool:
    """Whether words are kept, so that a chat can be read again."""
    return keep_of(assistant) in WITH_WORDS
