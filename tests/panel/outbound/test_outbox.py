"""The outbox: queued with the act, sent after commit, tried again, never twice."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from panel.kernel import actors, clock, ids
from panel.kernel.crypto import keyring
from panel.kernel.errors import Conflict, Invalid
from panel.outbound import services
from panel.outbound.mail import directory, letters, post
from panel.outbound.mail.rules import PER_MINUTE, PER_RECIPIENT, State
from panel.outbound.models import Message
from tests.panel.outbound.letters import TO, queued
from tests.stage.mail import SmtpSink

pytestmark = pytest.mark.django_db


def raw(message: Message) -> str:
    """Everything that the database holds of a row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(m)::text FROM outbound_message m WHERE id = %s", [message.id])
        return str(cursor.fetchone()[0])


class TestQueue:
    def test_a_message_is_queued_with_its_act_and_gone_with_it(self) -> None:
        with transaction.atomic():
            queued()
            transaction.set_rollback(True)
        assert not Message.objects.exists()

    def test_a_task_is_sent_on_commit_and_holds_an_id_only(
        self, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        sent: list[Any] = []
        monkeypatch.setattr("panel.kernel.jobs.send", lambda name, **ids: sent.append((name, ids)))
        with django_capture_on_commit_callbacks(execute=True):
            message = queued()
            assert sent == []
        assert sent == [("outbound.send_mail", {"message_id": message.id})]

    def test_without_a_broker_the_act_goes_on_and_the_schedule_finds_the_message(
        self, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        def refuse(*_: Any, **__: Any) -> None:
            raise OperationalError

        monkeypatch.setattr("panel.kernel.jobs.send", refuse)
        with django_capture_on_commit_callbacks(execute=True):
            message = queued()
        assert post.due(clock.now()) == [message.id]

    def test_nothing_about_the_recipient_stands_in_the_row(self) -> None:
        message = queued()
        text = raw(message)
        assert "zilpzalp" not in text
        assert bytes(TO, "utf-8").hex() not in text
        assert "test message" not in text
        assert Message.objects.get(id=message.id).address == TO

    def test_the_same_word_queues_once(self) -> None:
        assert queued(once="link:1").id == queued(once="link:1").id
        assert Message.objects.count() == 1

    @pytest.mark.parametrize(
        "address", ["a", "a@b c", "a\nBcc: x@y.z@example.org", "<a@b.c>", "a@b@c", "a@", '"q"@x.y']
    )
    def test_what_is_no_plain_address_is_refused(self, address: str) -> None:
        with pytest.raises(Invalid):
            queued(to=address)

    def test_too_many_to_one_are_kept_but_not_sent_and_the_act_goes_on(self) -> None:
        states = [queued().state for _ in range(PER_RECIPIENT + 2)]
        assert states == [State.QUEUED] * PER_RECIPIENT + [State.CANCELLED] * 2
        assert queued(to="other@example.test").state == State.QUEUED

    def test_a_huge_letter_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(letters, "MAX_BODY", 100)
        with pytest.raises(Invalid) as refused:
            queued()
        assert refused.value.code == "mail_too_long"


class TestSend:
    def test_it_arrives_in_both_forms_without_being_asked_twice(self, post_box: SmtpSink) -> None:
        message = queued()
        assert post.send(message.id, clock.now()) == State.SENT
        assert post.send(message.id, clock.now()) == ""
        (mail,) = post_box.messages
        assert post_box.recipients == [[TO]]
        assert mail["To"] == TO
        assert mail["From"].addresses[0].addr_spec == "panel@example.test"
        assert mail["Message-ID"] == f"<{message.id}@example.test>"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        body = mail.get_body(("html",))
        assert isinstance(body, EmailMessage)
        assert "http-equiv" not in body.get_content()
        assert "<script" not in body.get_content()

    def test_a_person_is_reached_where_they_are_now(self, post_box: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
        who, known = ids.new_id(), {"a": directory.Recipient("old@example.test", "Ann")}
        monkeypatch.setattr(directory._state, "find", lambda _person: known.get("a"))
        message = queued(to=who)
        assert message.address is None
        known["a"] = directory.Recipient("new@example.test", "Ann")
        post.send(message.id, clock.now())
        assert post_box.recipients == [["new@example.test"]]

    def test_who_has_gone_gets_nothing(self, post_box: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(directory._state, "find", lambda _person: None)
        message = queued(to=ids.new_id())
        assert post.send(message.id, clock.now()) == State.CANCELLED
        assert post_box.messages == []

    def test_an_erased_person_s_message_cannot_be_opened_or_sent(
        self, post_box: SmtpSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        who = ids.new_id()
        monkeypatch.setattr(directory._state, "find", lambda _person: directory.Recipient("a@example.test", "Ann"))
        message = queued(to=who)
        keyring.destroy(owner=who)
        assert post.send(message.id, clock.now()) == State.CANCELLED
        assert post_box.messages == []
        assert Message.objects.get(id=message.id).problem == "key"

    def test_without_a_mail_server_it_waits(self, no_server: None) -> None:
        message = queued()
        assert post.due(clock.now()) == []
        assert post.send(message.id, clock.now()) == ""
        row = Message.objects.get(id=message.id)
        assert (row.state, row.tries) == (State.QUEUED, 0)

    def test_what_no_longer_holds_is_not_sent(self, post_box: SmtpSink) -> None:
        at = clock.now()
        message = queued(expires_at=at + timedelta(hours=1))
        post.send(message.id, at + timedelta(hours=2))
        row = Message.objects.get(id=message.id)
        assert (row.state, row.problem, post_box.messages) == (State.CANCELLED, "late", [])

    def test_no_more_than_a_mail_server_bears_in_a_minute(self, post_box: SmtpSink) -> None:
        at = clock.now()
        message = queued()
        made = [Message(**fields(message), id=ids.new_id(), once=f"n:{number}") for number in range(PER_MINUTE)]
        for one in made:
            one.state, one.ended_at = State.SENT, at
        Message.objects.bulk_create(made)
        assert post.due(at) == []
        assert post.send(message.id, at) == ""
        assert post.send(message.id, at + timedelta(minutes=2)) == State.SENT


def fields(message: Message) -> dict[str, Any]:
    names = ("key_id", "recipient", "template", "language", "next_at", "actor_kind", "created_at")
    return {name: getattr(message, name) for name in names}


class TestForget:
    def test_sent_bodies_go_after_days_and_rows_after_months(self, post_box: SmtpSink) -> None:
        message, at = queued(), clock.now()
        assert post.send(message.id, at) == State.SENT
        post.forget(at + timedelta(days=2))
        assert Message.objects.get(id=message.id).content is not None
        post.forget(at + timedelta(days=4))
        row = Message.objects.get(id=message.id)
        assert (row.content, row.address) == (None, None)
        with pytest.raises(Conflict):
            services.read(actor=actors.console(), message=row, at=at)
        post.forget(at + timedelta(days=91))
        assert not Message.objects.exists()

    def test_what_waits_is_kept_until_it_no_longer_holds(self, no_server: None) -> None:
        at = clock.now()
        kept, late = queued(), queued(expires_at=at + timedelta(hours=1))
        post.forget(at + timedelta(days=200))
        assert Message.objects.get(id=kept.id).content is not None
        assert not Message.objects.filter(id=late.id, state=State.QUEUED).exists()
