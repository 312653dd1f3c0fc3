"""A chat that is open to everybody, for the sweep: its name carries no CANARY, what a visitor wrote does."""

from datetime import timedelta

from django.utils import timezone

from assistants.catalog.models import Assistant
from assistants.catalog.services import assistants, drafts, publishing
from assistants.chat.models import Chat, Note, Session, Turn
from assistants.chat.queries.visits import Visit, hashed
from assistants.chat.rules.chats import DISCLOSURE, Way, subject_name
from assistants.chat.services import inviting, setting, voicing
from assistants.guard import queries as guard
from assistants.providers import queries as providers
from compliance.subjects.services import naming
from panel.kernel import actors, clock, ids

SLUG = "care-desk"


def _live() -> Assistant:
    console, at, provider = actors.console(), clock.now(), providers.demo()
    made = assistants.create(actor=console, name="Care desk", slug=SLUG, at=at)
    drafts.edit(
        actor=console, assistant=made, provider_id=provider.id if provider else None, model="demo", system_prompt="Care.",
        policy_id=guard.default().id, parameters={}, revision=made.draft.revision, at=at,
    )  # fmt: skip
    publishing.publish(actor=console, assistant=made, message="first", at=at)
    return made


def talking(canary: str) -> dict[str, str]:
    """Values by URL parameter; the visitor's browser is nobody's of the cast."""
    console, at, now, desk, key = actors.console(), clock.now(), timezone.now(), _live(), ids.new_id()
    wanted = setting.Wanted(active=True, anyone=True, invited=True, sites=["https://shop.example.org"])
    row = setting.settle(actor=console, assistant=desk, wanted=wanted, at=at)
    subject = naming.subject_for("end_user", subject_name(key.hex), scope=desk.id)
    session = Session.objects.create(
        id=key, assistant=desk, subject_id=subject, digest=hashed("nobody"), way=Way.OPEN, opened_at=now,
        expires_at=now + timedelta(days=1), told_at=now, told=DISCLOSURE,
    )  # fmt: skip
    chat = Chat.objects.create(assistant=desk, subject_id=subject, began_at=at, last_at=at)
    turn = Turn.objects.create(chat=chat, at=at)
    visit = Visit(row, actors.ANONYMOUS, Way.OPEN, session)
    voicing.rate(visit=visit, turn=turn, rating=1, words=f"{canary} was kind.", at=at)
    link, _url = inviting.invite(actor=console, assistant=desk, label=f"{canary} testers", days=7, at=at)
    note = Note.objects.get(turn=turn)
    return {
        "chat:slug": SLUG,
        "chat_id": str(chat.id),
        "turn_id": str(turn.id),
        "note_id": str(note.id),
        "chat_invitation_id": str(link.id),
    }
