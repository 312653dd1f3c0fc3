"""A second panel as witness: it cosigns what continues, and refuses a journal that was cut or written anew."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from accounts.people.models import User
from compliance.auditing.hooks import rewritten_alarm
from compliance.auditing.models import Receipt, Sink
from compliance.auditing.services import shipping, sinks
from compliance.witness import queries, services
from compliance.witness.models import Log
from panel.journal import queries as ledger
from panel.journal import sealing
from panel.journal import services as journal
from panel.journal.models import Leaf
from panel.journal.rules import checkpoint, cosignature, tree
from panel.journal.rules.checkpoint import Checkpoint, verifier_key
from panel.journal.rules.cosignature import Question
from panel.kernel import clock
from panel.kernel.actors import SYSTEM
from panel.kernel.errors import Conflict, Forbidden, Invalid
from panel.outbound.webhooks import wire
from tests.factories.people import actor_of, signed_in
from tests.factories.ruled import fresh

pytestmark = pytest.mark.django_db
KEY = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
ORIGIN = "other.example/journal"
VERIFIER = verifier_key(ORIGIN, KEY.public_key().public_bytes_raw())


class Other:
    """A journal elsewhere, in memory."""

    def __init__(self, word: str = "entry") -> None:
        self.leaves: list[bytes] = []
        self.word = word

    def grow(self, count: int) -> "Other":
        self.leaves += [tree.leaf_hash(f"{self.word} {number}".encode()) for number in range(count)]
        return self

    def read(self, level: int, place: int) -> bytes:
        if level == 0:
            return self.leaves[place]
        return tree.node_hash(self.read(level - 1, 2 * place), self.read(level - 1, 2 * place + 1))

    def note(self, size: int | None = None, key: Ed25519PrivateKey = KEY) -> str:
        size = len(self.leaves) if size is None else size
        return checkpoint.sign(Checkpoint(ORIGIN, size, tree.root(size, self.read)), key)

    def asks(self, old: int, size: int | None = None) -> bytes:
        size = len(self.leaves) if size is None else size
        path = tuple(tree.consistency(old, size, self.read)) if 0 < old < size else ()
        return Question(old, path, self.note(size)).data()


def ask(body: bytes) -> Any:
    return Client().post("/witness/add-checkpoint", body, content_type="text/plain")


@pytest.fixture
def log(adam: User) -> Log:
    return services.watch(actor=fresh(adam), keys=VERIFIER, at=clock.now())


def test_what_continues_is_cosigned_and_counted(log: Log) -> None:
    other, key = Other().grow(5), queries.verifier()
    assert key is not None
    first = ask(other.asks(0))
    assert first.status_code == 200
    assert cosignature.cosigned(other.note(), first.content.decode(), key) > 0
    assert ask(other.grow(6).asks(5)).status_code == 200
    assert ask(other.asks(11)).status_code == 200  # the same again
    log.refresh_from_db()
    assert (log.size, log.cosigned, bytes(log.root or b"")) == (11, 3, tree.root(11, other.read))
    assert Leaf.objects.filter(event="witness.checkpoint.cosigned").count() == 3


def test_each_refusal_is_the_one_of_the_protocol(log: Log) -> None:
    other = Other().grow(5)
    assert ask(other.asks(0)).status_code == 200
    stale = ask(other.grow(2).asks(0))
    assert (stale.status_code, stale.content, stale["Content-Type"]) == (409, b"5\n", "text/x.tlog.size")
    assert ask(other.asks(9, 7)).status_code == 400
    assert ask(b"nonsense").status_code == 400
    stranger = Ed25519PrivateKey.generate()
    assert ask(Question(5, (), other.note(key=stranger)).data()).status_code == 403
    assert ask(Question(0, (), other.note().replace(ORIGIN, "nobody.example/x")).data()).status_code == 404
    assert Client().get("/witness/add-checkpoint").status_code == 405
    log.refresh_from_db()
    assert log.size == 5


def test_a_journal_written_anew_is_never_cosigned_and_told(log: Log) -> None:
    other, forged = Other().grow(5), Other("forged").grow(5)
    assert ask(other.asks(0)).status_code == 200
    assert ask(forged.asks(5)).status_code == 409  # the same size, another root
    found = queries.forked()
    assert found is not None
    assert ORIGIN in found.sentence
    log.refresh_from_db()
    assert (log.size, bytes(log.root or b"")) == (5, tree.root(5, other.read))
    assert log.fork == forged.note()
    assert ask(forged.grow(3).asks(5)).status_code == 422  # a longer one whose proof cannot hold


def test_an_old_checkpoint_with_a_wrong_path_accuses_nobody(log: Log) -> None:
    other = Other().grow(5)
    assert ask(other.asks(0)).status_code == 200
    assert ask(Question(5, (bytes(32),), other.grow(3).note()).data()).status_code == 422
    assert queries.forked() is None
    assert ask(other.asks(5)).status_code == 200


def test_who_may_and_what_is_no_key(adam: User, olga: User, log: Log) -> None:
    with pytest.raises(Forbidden):
        services.watch(actor=actor_of(olga), keys=VERIFIER, at=clock.now())
    with pytest.raises(Conflict):
        services.watch(actor=fresh(adam), keys=VERIFIER, at=clock.now())
    many = " ".join(verifier_key("c", bytes([number]) * 32) for number in range(21))
    for wrong, sentence in (
        ("", "Write verifier keys"),
        ("nonsense", "Write verifier keys"),
        (f"{VERIFIER} {verifier_key('b', bytes(32))}", "several journals"),
        (many, "These are 21 keys, and at most 20"),
        (verifier_key("d" * 201, bytes(32)), "at most 200 characters"),
    ):
        with pytest.raises(Invalid, match=sentence):
            services.watch(actor=fresh(adam), keys=wrong, at=clock.now())
    longest = " ".join(verifier_key("e" * 200, bytes([number]) * 32) for number in range(21))
    shown = signed_in(adam).post("/witness/new/", {"keys": longest})
    assert (shown.status_code, b"These are 21 keys" in shown.content) == (422, True)
    services.forget(actor=fresh(adam), log_id=log.id, at=clock.now())
    assert ask(Other().grow(1).asks(0)).status_code == 404


def test_its_pages(adam: User, olga: User) -> None:
    pages = signed_in(adam)
    assert b"No journal is witnessed" in pages.get("/witness/").content
    assert pages.post("/witness/new/", {"keys": "x"}).status_code == 422
    assert pages.post("/witness/new/", {"keys": VERIFIER}).status_code == 302
    shown = pages.get("/witness/").content.decode()
    key = queries.verifier()
    assert key is not None
    assert ORIGIN in shown
    assert key.text().rpartition("+")[2] in shown.replace("&#x2B;", "+")
    assert "Remove" not in signed_in(olga).get("/witness/").content.decode()
    assert pages.post(f"/witness/{Log.objects.get().id}/removal/").status_code == 302
    assert not Log.objects.exists()


class TestAsSink:
    """This panel asks itself: client and witness speak the protocol with each other."""

    @pytest.fixture
    def sink(self, adam: User, monkeypatch: pytest.MonkeyPatch) -> Sink:
        def post(url: str, headers: Any, body: bytes, **_: Any) -> wire.Answer:
            assert url == "https://second.example.org/witness/add-checkpoint"
            answer = ask(body)
            problem = "" if answer.status_code == 200 else "status"
            return wire.Answer(problem, answer.status_code, 1, answer.content)

        monkeypatch.setattr(wire, "post", post)
        grow(3)
        for public in ledger.public_keys():
            services.watch(actor=fresh(adam), keys=verifier_key(ledger.origin(), public), at=clock.now())
        key = queries.verifier()
        assert key is not None
        return sinks.add(
            actor=fresh(adam), name="second panel", kind="witness", what="checkpoints", form="leaf", token=key.text(),
            target="https://second.example.org/witness", at=clock.now(),
        )  # fmt: skip

    def test_its_word_is_kept_as_a_receipt(self, sink: Sink, olga: User) -> None:
        shipping.work(clock.now())
        sink.refresh_from_db()
        assert sink.problem == ""
        receipt = Receipt.objects.get()
        assert (receipt.size, receipt.kind) == (sink.reached, "witness")
        key = queries.verifier()
        assert key is not None
        assert cosignature.cosigned(receipt.note, bytes(receipt.data).decode(), key) > 0
        pages = signed_in(olga)
        assert key.name in pages.get("/journal/receipts/").content.decode()
        assert pages.get(f"/journal/receipts/{receipt.id}/").content.startswith(b"PK")
        assert Leaf.objects.filter(event="auditing.receipt.kept", object_id=receipt.id).exists()

    def test_it_goes_on_from_the_size_that_the_witness_knows(self, sink: Sink) -> None:
        at = clock.now()
        shipping.work(at)
        Sink.objects.update(reached=-1, last_at=None)  # as after a restore
        grow(4)
        shipping.work(at)
        sink.refresh_from_db()
        assert sink.problem == ""
        assert Receipt.objects.count() == 2
        assert Log.objects.get().cosigned == 2

    def test_a_journal_shorter_than_the_witness_knows_is_told(self, sink: Sink) -> None:
        shipping.work(clock.now())
        Log.objects.update(size=10_000)
        Sink.objects.update(reached=-1, last_at=None)
        grow(1)
        shipping.work(clock.now())
        sink.refresh_from_db()
        assert "10000" in sink.problem
        assert Receipt.objects.count() == 1
        alarm = rewritten_alarm()
        assert alarm is not None
        assert (alarm.severity, "10000" in alarm.sentence) == ("critical", True)

    def test_a_journal_made_anew_is_told_until_the_witness_agrees(self, sink: Sink) -> None:
        at = clock.now()
        shipping.work(at)
        right = bytes(Log.objects.get().root or b"")
        Log.objects.update(root=bytes(32))
        grow(2)
        shipping.work(at + timedelta(hours=1))
        sink.refresh_from_db()
        assert ("another journal" in sink.problem, sink.rewritten) == (True, sink.reached)
        assert rewritten_alarm() is not None
        Log.objects.update(root=right)
        shipping.work(at + timedelta(hours=2))
        sink.refresh_from_db()
        assert (sink.problem, sink.rewritten, rewritten_alarm()) == ("", None, None)


def grow(count: int) -> None:
    for number in range(count):
        journal.record("auditing.journal.exported", actor=SYSTEM, detail={"form": str(number)}, at=clock.now())
    sealing.seal(at=clock.now())
