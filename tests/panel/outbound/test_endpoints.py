"""Where webhooks may go, who can read their secrets, and alarms on their way out."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from panel.journal import sealing
from panel.journal.models import Leaf
from panel.kernel import actors, clock, ids
from panel.kernel.errors import Conflict, Invalid, TooMany
from panel.kernel.models import DataKey
from panel.kernel.registries import alarms
from panel.outbound import alarms as watching
from panel.outbound.mail import directory
from panel.outbound.models import Endpoint, Message
from panel.outbound.webhooks import rules, sending, services, wire
from panel.outbound.webhooks.rules import OVERLAP
from tests.panel.outbound.receiver import Receiver, go, made, receiver

__all__ = ["made", "receiver"]


@pytest.mark.django_db
class TestEndpoints:
    @pytest.mark.parametrize(
        "url",
        ["http://example.org/x", "https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/", "ftp://a.b/c",
         "https://user:pw@example.org/", "https://2130706433/", "javascript:alert(1)", "https://example.org\\@127.0.0.1/"],
    )  # fmt: skip
    def test_where_it_may_not_go(self, url: str) -> None:
        with pytest.raises(Invalid) as refused:
            services.create(actor=actors.console(), name="n", url=url, events=["*"], at=clock.now())
        assert list(refused.value.fields) == ["url"]

    def test_a_name_that_becomes_private_later_is_refused_when_dialled(self) -> None:
        async def inside(_host: str, _port: int) -> list[str]:
            return ["10.0.0.7"]

        answer = wire.post("https://hook.example.org/", {}, b"{}", allowed=(), timeout=2, read=0, lookup=inside)
        assert answer.problem == "refused_address"

    def test_only_known_events(self) -> None:
        for events in ([], ["no.such.event"]):
            with pytest.raises(Invalid) as refused:
                services.create(
                    actor=actors.console(), name="n", url="https://a.example", events=events, at=clock.now()
                )
            assert list(refused.value.fields) == ["events"]

    def test_secret_and_address_are_sealed_and_in_no_journal(self, made: services.Made) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(e)::text FROM outbound_endpoint e")
            stored = str(cursor.fetchone()[0])
        leaves = b"".join(bytes(data) for data in Leaf.objects.values_list("data", flat=True))
        for word in ("geheim", made.secret):
            assert word not in stored
            assert word.encode().hex() not in stored
            assert word.encode() not in leaves

    def test_after_a_rotation_both_secrets_sign_for_a_day(self, receiver: Receiver, made: services.Made) -> None:
        fresh = services.rotate(actor=actors.console(), endpoint=made.endpoint, at=clock.now())
        assert fresh.secret != made.secret
        row = Endpoint.objects.get()
        assert sending.keys_of(row, clock.now()) == [fresh.secret, made.secret]
        assert sending.keys_of(row, clock.now() + OVERLAP + timedelta(minutes=1)) == [fresh.secret]
        with pytest.raises(Conflict, match="still signs"):
            services.rotate(actor=actors.console(), endpoint=made.endpoint, at=clock.now())
        assert sending.keys_of(Endpoint.objects.get(), clock.now()) == [fresh.secret, made.secret]
        sending.forget(clock.now() + OVERLAP + timedelta(minutes=1))
        assert Endpoint.objects.get().old_secret is None

    def test_a_change_that_nobody_saw_is_not_overwritten(self, made: services.Made) -> None:
        given: dict[str, Any] = {
            "actor": actors.console(),
            "endpoint": made.endpoint,
            "url": "",
            "events": ["*"],
            "at": clock.now(),
        }
        services.change(name="first", version=1, **given)
        with pytest.raises(Conflict):
            services.change(name="second", version=1, **given)
        assert str(Endpoint.objects.get().url).endswith("geheim")

    def test_a_test_shows_the_answer_s_head_and_is_limited(self, receiver: Receiver, made: services.Made) -> None:
        receiver.status, receiver.body = 418, b"<b>teapot</b>" * 100
        answer = services.test(actor=actors.console(), endpoint=made.endpoint, at=clock.now())
        assert (answer.status, answer.problem, len(answer.body)) == (418, "status", rules.SHOWN)
        for _ in range(services.PER_MINUTE - 1):
            services.test(actor=actors.console(), endpoint=made.endpoint, at=clock.now())
        with pytest.raises(TooMany):
            services.test(actor=actors.console(), endpoint=made.endpoint, at=clock.now())

    def test_deleting_destroys_its_keys(self, made: services.Made) -> None:
        services.delete(actor=actors.console(), endpoint=made.endpoint, at=clock.now())
        assert not DataKey.objects.filter(owner=made.endpoint.id, wrapped__isnull=False).exists()


@pytest.mark.django_db
def test_an_alarm_is_told_once_when_it_begins_and_once_when_it_ends(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {
        "name": "n",
        "url": receiver.url,
        "events": ["outbound.alarm.raised", "outbound.alarm.cleared"],
    }
    services.create(actor=actors.console(), at=clock.now(), **given)
    found: dict[str, Any] = {"one": alarms.Alarm("try.this", "critical", "It burns. Put it out.")}
    monkeypatch.setattr(alarms, "_probes", {"try.this": lambda: found["one"]})
    monkeypatch.setattr(directory._state, "wardens", lambda: [ids.new_id()])
    monkeypatch.setattr(directory._state, "find", lambda _person: directory.Recipient("a@example.test", "Ann"))
    assert watching.watch(clock.now()) == (1, 0)
    assert watching.watch(clock.now()) == (0, 0)
    assert "It burns." in Message.objects.get().content["text"]
    found["one"] = None
    assert watching.watch(clock.now()) == (0, 1)
    sealing.seal(at=clock.now())
    assert go() == 2
    # Messages may overtake each other: webhooks promise at least once, not an order.
    told = sorted((json.loads(body) for _head, body in receiver.got), key=lambda one: one["type"], reverse=True)
    assert [one["type"] for one in told] == ["outbound.alarm.raised", "outbound.alarm.cleared"]
    assert told[0]["data"]["alarm"] == "try.this"
    assert told[0]["data"]["severity"] == "critical"
