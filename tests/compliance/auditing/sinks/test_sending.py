"""How sinks are spoken to: syslog that is sure of its arrival, buckets, time-stamp authorities."""

import base64
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.people.models import User
from compliance.auditing import queries
from compliance.auditing.models import Receipt, Sink
from compliance.auditing.services import shipping, sinks
from compliance.auditing.services.sending import outsiders
from panel.journal import queries as ledger
from panel.journal.rules import timestamp
from panel.kernel import clock
from panel.kernel.errors import Invalid
from panel.outbound import hosts
from panel.outbound.webhooks import wire
from tests.compliance.auditing.sinks.test_sinks import add, events
from tests.factories.ruled import fresh

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parents[3] / "panel" / "journal" / "golden"
STAMP = base64.b64decode((GOLDEN / "stamp-ec.txt").read_bytes())
KEY_PAIR = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


class Receiver:
    """A syslog server: reads everything and ends the line, or breaks it off after so many bytes, as often as told."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.place = "{}:{}".format(*self.server.getsockname()[:2])
        self.lines: list[bytes] = []
        self.breaks: list[int] = []
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        while True:
            try:
                line, _peer = self.server.accept()
            except OSError:
                return
            with line:
                if self.breaks:
                    self.lines.append(line.recv(self.breaks.pop()))
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
                    continue
                got = b""
                while part := line.recv(65536):
                    got += part
                self.lines.append(got)

    @staticmethod
    def messages(data: bytes) -> list[bytes]:
        """By octet counting (RFC 6587, 3.4.1)."""
        found = []
        while data:
            length, _space, rest = data.partition(b" ")
            found.append(rest[: int(length)])
            data = rest[int(length) :]
        return found


@pytest.fixture
def receiver(adam: User) -> Iterator[Receiver]:
    made = Receiver()
    hosts.add(host=made.place, reason="for the test", actor=fresh(adam), at=clock.now())
    yield made
    made.server.close()


def again(row: Sink) -> Sink:
    row.refresh_from_db()
    return row


class TestSyslog:
    def test_messages_are_framed_and_counted(self, adam: User, receiver: Receiver) -> None:
        row = add(adam, "syslog", f"tcp://{receiver.place}")
        events(2)
        shipping.work(clock.now())
        assert again(row).problem == ""
        messages = Receiver.messages(b"".join(receiver.lines))
        assert len(messages) == row.sent > 1
        assert all(one.startswith(b"<109>1 ") for one in messages)

    def test_what_did_not_surely_arrive_goes_out_again(self, adam: User, receiver: Receiver) -> None:
        """The receiver breaks off in the middle: TCP had taken all of it, and none of it counts."""
        row = add(adam, "syslog", f"tcp://{receiver.place}")
        events(20)
        receiver.breaks = [100]
        at = clock.now()
        shipping.work(at)
        assert (again(row).reached, row.sent) == (-1, 0)
        assert "goes out again" in row.problem
        assert queries.backlog(row) > 20
        shipping.work(at + shipping.PAUSE)
        assert (again(row).problem, queries.backlog(row)) == ("", 0)
        ids = [one.split(b'uid="')[1][:36] for one in Receiver.messages(receiver.lines[-1])]
        assert len(ids) == len(set(ids)) == row.sent

    def test_who_takes_all_and_says_nothing_has_not_surely_got_it(
        self, adam: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        silent = socket.create_server(("127.0.0.1", 0))
        place = "{}:{}".format(*silent.getsockname()[:2])
        hosts.add(host=place, reason="for the test", actor=fresh(adam), at=clock.now())
        monkeypatch.setattr("compliance.auditing.services.sending.lines.TIMEOUT", 0.5)
        row = add(adam, "syslog", f"tcp://{place}")
        events(1)
        shipping.work(clock.now())
        silent.close()
        assert again(row).sent == 0
        assert "not sure" in row.problem


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[dict[str, str], bytes]]:
    """Objects by URL."""
    held: dict[str, tuple[dict[str, str], bytes]] = {}

    def post(url: str, headers: Any, body: bytes, *, method: str, **_: Any) -> wire.Answer:
        assert method == "PUT"
        held[url] = (dict(headers), body)
        return wire.Answer("", 200)

    monkeypatch.setattr(wire, "post", post)
    return held


class TestBuckets:
    def test_entries_lie_there_as_objects_with_their_ids(self, adam: User, bucket: Any) -> None:
        target = "https://s3.eu-central-1.amazonaws.com/audit/panel?region=eu-central-1"
        row = add(adam, "s3", target, token=KEY_PAIR, form="leaf")
        events(3)
        shipping.work(clock.now())
        ((url, (headers, body)),) = bucket.items()
        rows = [json.loads(line) for line in body.splitlines()]
        last = rows[-1]["sequence"]
        assert url == f"https://s3.eu-central-1.amazonaws.com/audit/panel/entries/{0:016}-{last:016}.jsonl"
        assert headers["x-amz-meta-first-id"] == rows[0]["leaf"]["id"]
        assert headers["x-amz-meta-last-id"] == rows[-1]["leaf"]["id"]
        assert headers["x-amz-content-sha256"] == hashlib.sha256(body).hexdigest()
        assert "/eu-central-1/s3/aws4_request" in headers["authorization"]
        assert KEY_PAIR.partition(":")[2] not in str(headers)
        assert queries.backlog(again(row)) == 0

    def test_checkpoints_too(self, adam: User, bucket: Any) -> None:
        add(adam, "s3", "https://minio.example.org/audit", token=KEY_PAIR, what="checkpoints")
        events(1)
        shipping.work(clock.now())
        head = ledger.head()
        assert head is not None
        assert bucket[f"https://minio.example.org/audit/checkpoints/{head.size:016}.txt"][1] == head.note.encode()

    @pytest.mark.parametrize("token", ["", "nocolon", ":secret", "id:", "a b:c"])
    def test_a_key_pair_is_asked_for(self, adam: User, token: str) -> None:
        with pytest.raises(Invalid):
            add(adam, "s3", "https://s3.example.org/audit", token=token)


class TestTimeStamps:
    @pytest.fixture
    def authority(self, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
        """Answers with what `openssl ts` made for another question; what it was asked."""
        asked: list[bytes] = []

        def post(url: str, headers: Any, body: bytes, **_: Any) -> wire.Answer:
            assert headers["content-type"] == "application/timestamp-query"
            asked.append(body)
            return wire.Answer("", 200, 1, STAMP)

        monkeypatch.setattr(wire, "post", post)
        return asked

    def sink(self, adam: User) -> Sink:
        return sinks.add(
            actor=fresh(adam), name="authority", kind="tsa", what="checkpoints", form="leaf",
            target="https://tsa.example.org/tsr", at=clock.now(),
        )  # fmt: skip

    def test_a_stamp_of_something_else_is_none_and_told(self, adam: User, authority: list[bytes]) -> None:
        row = self.sink(adam)
        events(1)
        at = clock.now()
        shipping.work(at)
        assert len(authority) == 1
        assert "no time-stamp" in again(row).problem
        assert not Receipt.objects.exists()
        assert queries.failing(at + timedelta(minutes=11)) == [row]

    def test_a_right_one_is_kept(self, adam: User, authority: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
        """The golden answer, to the question that it was made for."""
        note = (
            b"clawpanel/journal/019ab0f2-0000-7000-8000-000000000000\n1\n0uFTwhnjTEikfCUbrDCTSn3lNTJ2OON4dcjmJpRenO8=\n"
        )
        monkeypatch.setattr("secrets.randbits", lambda _bits: 0x1122334455667788)
        events(1)
        head = ledger.head()
        assert head is not None
        head.note = note.decode()
        outsiders.stamp(self.sink(adam), head, clock.now())
        receipt = Receipt.objects.get()
        assert timestamp.question(note, 0x1122334455667788) == authority[0]
        assert (receipt.by, receipt.told_at.year) == ("O=Example,CN=Test authority", 2026)
        assert STAMP.endswith(bytes(receipt.data))
