"""Webhooks: signed as the specification says, at least once, tried again, given up, switched off."""

import json
from datetime import timedelta

import pytest

from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.kernel.errors import Conflict
from panel.outbound import hosts
from panel.outbound.models import Delivery, Endpoint
from panel.outbound.webhooks import queries, rules, sending, services
from panel.outbound.webhooks.rules import GIVE_UP, TRIES, Outcome, State, headers, next_try, sign
from tests.panel.outbound.receiver import EVENT, Receiver, go, happen, listening, made, receiver

__all__ = ["made", "receiver"]


class TestSignature:
    def test_the_vector_of_the_specification(self) -> None:
        signed = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
        )
        assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_every_part_is_signed(self) -> None:
        secret = rules.new_secret()
        right = sign(secret, "a", 1, b"x")
        others = [sign(secret, "b", 1, b"x"), sign(secret, "a", 2, b"x"), sign(secret, "a", 1, b"y")]
        others.append(sign(rules.new_secret(), "a", 1, b"x"))
        assert right not in others

    def test_two_secrets_give_two_signatures(self) -> None:
        found = headers(["whsec_AAAA", "whsec_BBBB"], "a", 1, b"x")["webhook-signature"].split(" ")
        assert found == [sign("whsec_AAAA", "a", 1, b"x"), sign("whsec_BBBB", "a", 1, b"x")]


@pytest.mark.django_db
class TestSending:
    def test_a_chosen_event_arrives_once_signed_and_with_ids_only(
        self, receiver: Receiver, made: services.Made
    ) -> None:
        leaf = happen()
        happen("outbound.server.changed", host="zilpzalp.example.org")
        assert go() == 1
        assert go() == 0
        ((head, body),) = receiver.got
        assert head["webhook-id"] == str(leaf.id)
        assert head["webhook-signature"] == sign(made.secret, head["webhook-id"], int(head["webhook-timestamp"]), body)
        told = json.loads(body)
        assert told["type"] == EVENT
        assert told["data"]["object"] == {"kind": "mail_server", "id": str(leaf.object_id)}
        assert set(told) == {"type", "timestamp", "data"}

    def test_what_was_before_the_endpoint_is_not_told(self, receiver: Receiver) -> None:
        happen()
        services.create(actor=actors.console(), name="n", url=receiver.url, events=["*"], at=clock.now())
        happen()
        go()
        assert [json.loads(body)["type"] for _head, body in receiver.got].count(EVENT) == 1

    def test_a_failure_is_tried_again_under_the_same_id(self, receiver: Receiver, made: services.Made) -> None:
        happen()
        receiver.status = 500
        assert go() == 0
        row = Delivery.objects.get()
        assert (row.state, row.status, row.problem, row.tries) == (Outcome.QUEUED, 500, "status", 1)
        assert Endpoint.objects.get().failing_since is not None
        receiver.status = 200
        assert sending.work(clock.now()) == 0, "not due yet"
        assert sending.work(clock.now() + timedelta(seconds=10)) == 1
        assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]
        assert Endpoint.objects.get().failing_since is None

    def test_a_redirect_is_not_followed(self, receiver: Receiver, made: services.Made) -> None:
        happen()
        receiver.status = 302
        go()
        assert Delivery.objects.get().status == 302
        assert Delivery.objects.get().state == Outcome.QUEUED

    def test_it_is_given_up_and_can_be_sent_again(self, receiver: Receiver, made: services.Made) -> None:
        happen()
        sending.collect(clock.now())
        receiver.status, at = 503, clock.now()
        for _ in range(TRIES):
            sending.work(at)
            at = max(at, Delivery.objects.get().next_at)
        row = Delivery.objects.get()
        assert (row.state, row.tries) == (Outcome.DEAD, TRIES)
        receiver.status = 200
        services.replay(actor=actors.console(), delivery=row, at=clock.now())
        assert sending.work(clock.now()) == 1
        with pytest.raises(Conflict):
            services.replay(actor=actors.console(), delivery=row, at=clock.now())

    def test_days_of_failures_switch_it_off_with_an_alarm(self, receiver: Receiver, made: services.Made) -> None:
        receiver.status, at = 500, clock.now()
        happen()
        go()
        assert queries.disabled_alarm() is None
        sending.work(at + GIVE_UP + timedelta(minutes=1))
        assert Endpoint.objects.get().state == State.DISABLED
        assert Delivery.objects.get().state == Outcome.DEAD
        assert queries.disabled_alarm() is not None
        assert Leaf.objects.filter(event="outbound.webhook.disabled").count() == 1
        happen()
        assert sending.collect(clock.now()) == 0
        services.resume(actor=actors.console(), endpoint=made.endpoint, at=clock.now())
        assert queries.disabled_alarm() is None
        assert sending.collect(clock.now()) == 0, "what happened while it was off is not told"

    def test_gone_is_gone(self, receiver: Receiver, made: services.Made) -> None:
        happen()
        receiver.status = 410
        go()
        assert Endpoint.objects.get().state == State.DISABLED

    def test_paused_collects_and_sends_later(self, receiver: Receiver, made: services.Made) -> None:
        services.pause(actor=actors.console(), endpoint=made.endpoint, at=clock.now())
        happen()
        assert go() == 0
        assert receiver.got == []
        services.resume(actor=actors.console(), endpoint=made.endpoint, at=clock.now())
        assert go() == 1

    def test_one_that_fails_does_not_hold_the_others(self, receiver: Receiver, made: services.Made) -> None:
        with listening() as other:
            place = f"127.0.0.1:{other.server_address[1]}"
            hosts.add(host=place, reason="t", actor=actors.console(), at=clock.now())
            services.create(actor=actors.console(), name="o", url=other.url, events=[EVENT], at=clock.now())
            receiver.status = 500
            for _ in range(3):
                happen()
            assert go() == 3
            assert (len(receiver.got), len(other.got)) == (1, 3)

    def test_a_dead_worker_s_delivery_is_taken_again_after_its_lease(
        self, receiver: Receiver, made: services.Made
    ) -> None:
        happen()
        sending.collect(clock.now())
        row, at = Delivery.objects.get(), clock.now()
        assert sending._leased(row.id, at) is not None
        assert sending.send(row.id, at + timedelta(minutes=1)) == ""
        assert sending.send(row.id, at + timedelta(minutes=3)) == Outcome.DELIVERED


def test_waits_grow_and_end() -> None:
    at = clock.now()
    waits = [next_try(tries, at, 0) for tries in range(1, TRIES + 1)]
    assert waits[-1] is None
    assert sum((one - at for one in waits if one), timedelta()) > timedelta(days=3)
