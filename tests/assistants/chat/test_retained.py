"""What chats leave to retention: messages, notes and visits go by their class, a hold keeps whole conversations."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.people.models import User
from assistants.chat.models import Chat, Note, Session, Setting, Turn
from assistants.conversations.models import CallContent
from compliance.holds.rules.scope import Kind, Line
from compliance.retention.models import Run
from compliance.retention.rules import stores
from compliance.retention.rules.stores import Asked
from compliance.retention.services import ruling
from panel.kernel import clock
from tests.assistants.chat.stage import at, said
from tests.assistants.chat.test_own import client, setting
from tests.compliance.holds import stage as holds
from tests.compliance.retention import stage

__all__ = ["client", "setting"]
pytestmark = pytest.mark.django_db


def later(days: int) -> datetime:
    return clock.now() + timedelta(days=days)


def due(store: str, at: datetime, *, name: str = "standard", days: int = 30, whole: bool = True) -> tuple[int, int]:
    units = stores.store(store).due(Asked(name, days, at, whole))
    return sum(one.due for one in units), sum(one.held for one in units)


def run(at: datetime) -> Run:
    """In the test's one transaction nothing runs later, so the run is told that it was begun then."""
    found = stage.agreed(at)
    Run.objects.filter(id=found.id).update(begins_at=clock.now())
    return stage.carried_out(found)


def test_messages_and_notes_go_after_the_period_and_an_empty_chat_with_them(client: Client) -> None:
    said(client, "one", "answer")
    client.post(at("contact"), {"words": "Call me"})
    assert due("chat.turns", later(29)) == due("chat.notes", later(29)) == (0, 0)
    assert due("chat.turns", later(31)) == due("chat.notes", later(31)) == (1, 0)
    done = run(later(31))
    assert done.state == "completed", done.problem
    for model in (Chat, Turn, Note, CallContent):
        assert not model._default_manager.exists(), model
    assert Session.objects.exists()
    assert due("chat.turns", later(31)) == (0, 0)


def test_an_assistant_s_shorter_class_counts_for_them_too(client: Client, setting: Setting, pia: User) -> None:
    ruling.make(actor=holds.fresh(pia), name="brief", days=2, at=clock.now())
    ruling.choose(actor=holds.fresh(pia), assistant=setting.assistant_id, rule="brief", at=clock.now())
    said(client, "one", "answer")
    assert due("chat.turns", later(3), name="brief", days=2, whole=False) == (1, 0)
    assert due("chat.turns", later(31)) == (0, 0)
    gauge = stores.store("chat.turns").oldest(Asked("brief", 2, later(3), whole=False))
    assert gauge == Turn.objects.get().at
    assert stores.store("chat.turns").oldest(Asked("standard", 30, later(3))) is None
    assert stores.store("chat.turns").size(Asked("brief", 2, later(3), whole=False)) == 1


def test_a_visit_goes_with_the_numbers(client: Client) -> None:
    row = Session.objects.get()
    end = (row.expires_at.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for moment, expected in ((end + timedelta(days=730, seconds=-1), 0), (end + timedelta(days=730), 1)):
        assert due("chat.visits", moment, name="usage", days=730) == (expected, 0)


def test_a_hold_on_a_conversation_keeps_all_of_it_and_nothing_else(client: Client, pia: User) -> None:
    kept, free = said(client, "one", "answer"), said(client, "two", "answer")
    holds.place(pia, Line(Kind.CONVERSATION, kept.chat_id))
    assert due("conversations_callcontent", later(31)) == due("chat.turns", later(31)) == (1, 1)
    with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic():
        CallContent.objects.filter(id=kept.id).delete()
    removal = client.post(at("removal", kept.chat_id))
    assert removal.status_code == 409
    assert run(later(31)).state == "deferred"
    assert list(CallContent.objects.values_list("id", flat=True)) == [kept.id]
    assert list(Turn.objects.values_list("id", flat=True)) == [kept.id]
    assert not Chat.objects.filter(id=free.chat_id).exists()


def test_a_note_is_kept_on_every_way(client: Client, pia: User) -> None:
    client.post(at("contact"), {"words": "Call me"})
    note = Note.objects.get()
    holds.hold_on(pia, note.subject_id)
    with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic():
        Note.objects.all().delete()
    with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic():
        Note.objects.update(words=None)
    assert client.post(at("forgetting")).status_code == 409
    assert Note.objects.count() == 1
    assert due("chat.notes", later(31)) == (0, 1)
