"""What happens to a message that does not get through, and to the workers that carry it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.kernel.errors import Conflict
from panel.outbound import services
from panel.outbound.mail import post, wire
from panel.outbound.mail.rules import TRIES, State, next_try
from panel.outbound.mail.wire import MailError
from panel.outbound.models import Message
from tests.panel.outbound.letters import queued
from tests.stage.mail import SmtpSink

pytestmark = pytest.mark.django_db


class TestRetry:
    def test_a_server_that_is_away_is_tried_again_later_and_later_and_then_no_more(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(post, "deliver", failing("connect"))
        message, at, waits = queued(), clock.now(), []
        for _ in range(TRIES):
            state = post.send(message.id, at)
            row = Message.objects.get(id=message.id)
            waits.append((row.next_at - at).total_seconds())
            assert post.send(message.id, at) == "", "it is not due yet"
            at = max(row.next_at, at)
        assert state == State.FAILED
        assert waits[:-1] == sorted(waits[:-1])
        assert 60 <= waits[0] <= 72
        assert Leaf.objects.filter(event="outbound.mail.failed", object_id=message.id).count() == 1

    def test_a_recipient_that_is_refused_for_good_is_not_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(post, "deliver", failing("recipient", reply=550, final=True))
        message = queued()
        assert post.send(message.id, clock.now()) == State.FAILED
        assert Message.objects.get(id=message.id).reply == 550

    def test_somebody_can_send_it_again(self, post_box: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(post, "deliver", failing("content", reply=554, final=True))
            message = queued()
            post.send(message.id, clock.now())
        services.retry(actor=actors.console(), message=message, at=clock.now())
        assert post.send(message.id, clock.now()) == State.SENT
        with pytest.raises(Conflict):
            services.retry(actor=actors.console(), message=message, at=clock.now())

    def test_a_cancelled_message_stays(self, post_box: SmtpSink) -> None:
        message = queued()
        services.cancel(actor=actors.console(), message=message, at=clock.now())
        assert post.send(message.id, clock.now()) == ""
        with pytest.raises(Conflict):
            services.cancel(actor=actors.console(), message=message, at=clock.now())

    def test_waits_grow_and_end(self) -> None:
        at = clock.now()
        waits = [next_try(tries, at, 0) for tries in range(1, TRIES + 1)]
        assert waits[-1] is None
        kept = [one for one in waits if one]
        assert kept == sorted(kept)


def failing(problem: str, *, reply: int = 0, final: bool = False) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise MailError(problem, reply=reply, final=final)

    return fail


@pytest.mark.django_db(transaction=True)
class TestWorkers:
    def test_two_workers_never_send_the_same(self, post_box: SmtpSink) -> None:
        messages = [queued(to=f"a{number}@example.test").id for number in range(6)]

        def work() -> None:
            try:
                for one in messages:
                    post.send(one, clock.now())
            finally:
                connection.close()

        workers = [threading.Thread(target=work) for _ in range(4)]
        for one in workers:
            one.start()
        for one in workers:
            one.join()
        assert sorted(to for (to,) in post_box.recipients) == sorted(f"a{number}@example.test" for number in range(6))
        assert set(Message.objects.values_list("state", "tries")) == {(State.SENT.value, 1)}

    def test_a_killed_worker_loses_nothing_and_is_not_overtaken(
        self, post_box: SmtpSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message, at = queued(), clock.now()
        with monkeypatch.context() as patch:
            patch.setattr(post, "deliver", _killed)
            with pytest.raises(KeyboardInterrupt):
                post.send(message.id, at)
        assert post.send(message.id, at + timedelta(minutes=1)) == "", "the lease of the dead one still holds"
        assert post.due(at + timedelta(minutes=4)) == [message.id]
        assert post.send(message.id, at + timedelta(minutes=4)) == State.SENT
        assert len(post_box.messages) == 1

    def test_a_slow_worker_does_not_overwrite_who_took_over(
        self, post_box: SmtpSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message, at = queued(), clock.now()

        def slow(*_: Any, **__: Any) -> None:
            with monkeypatch.context() as patch:
                patch.setattr(post, "deliver", wire.deliver)
                assert post.send(message.id, at + timedelta(minutes=4)) == State.SENT
            raise MailError("cut")

        monkeypatch.setattr(post, "deliver", slow)
        assert post.send(message.id, at) == ""
        assert Message.objects.get(id=message.id).state == State.SENT


def _killed(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt
