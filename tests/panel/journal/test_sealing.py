"""Sealing on a real database: crashes, two workers, late commits, and the grants of the application role."""
# ruff: noqa: S608 - table names of this file's own list

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from panel.journal import events, queries, sealing, services, tasks
from panel.journal.models import Checkpoint, IndexEntry, Leaf, Node, Pending, Signer
from panel.journal.rules import checkpoint, tree
from panel.kernel import clock
from panel.kernel.actors import SYSTEM

AT = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
LEDGERS = ("journal_leaf", "journal_index", "journal_node", "journal_signer", "journal_checkpoint")


@pytest.fixture(autouse=True)
def _event() -> None:
    events.register("test.thing.done", "Thing done")


def record(count: int = 1) -> list[UUID]:
    with transaction.atomic():
        return [services.record("test.thing.done", actor=SYSTEM, detail={"n": n}, at=AT) for n in range(count)]


def settle() -> int:
    """Seal until nothing waits; the first round also journals the new signing key."""
    while sealing.seal(at=AT):
        pass
    return IndexEntry.objects.count()


def naive_root() -> bytes:
    grown = tree.Frontier()
    for (hashed,) in IndexEntry.objects.order_by("sequence").values_list("hash"):
        grown.append(bytes(hashed))
    return grown.root()


@pytest.mark.django_db
class TestSeal:
    def test_waiting_leaves_get_sequences_and_a_signed_head(self) -> None:
        made = record(5)
        size = settle()
        head = queries.head()
        assert head is not None
        assert head.size == size == Leaf.objects.count()
        assert bytes(head.root) == naive_root()
        signed = checkpoint.check(head.note, bytes(head.signer.public))
        assert (signed.origin, signed.size, signed.root) == (queries.origin(), size, bytes(head.root))
        assert set(queries.sequences(made)) == set(made)
        assert not Pending.objects.exists()

    def test_nothing_waiting_makes_no_checkpoint(self) -> None:
        settle()
        before = Checkpoint.objects.count()
        assert sealing.seal(at=AT) == 0
        assert Checkpoint.objects.count() == before

    def test_the_signing_key_is_itself_an_event(self) -> None:
        record()
        settle()
        assert Leaf.objects.filter(event="journal.signer.created", object_id=Signer.objects.get().id).exists()

    def test_sealing_costs_the_same_however_long_the_journal_is(
        self, django_assert_max_num_queries: Callable[[int], Any]
    ) -> None:
        record(300)
        settle()
        record(3)
        with django_assert_max_num_queries(16):
            sealing.seal(at=AT)

    def test_every_entry_has_an_inclusion_proof_to_its_and_to_later_heads(self) -> None:
        for count in (1, 4, 2, 9):
            record(count)
            settle()
        head = queries.head()
        for leaf in Leaf.objects.all():
            for aim in (None, head):
                proof = queries.proof(leaf.id, to=aim)
                assert proof is not None
                root = checkpoint.parse(proof.note).checkpoint.root
                hashed = tree.leaf_hash(bytes(leaf.data))
                assert tree.root_of_inclusion(proof.sequence, proof.size, hashed, proof.path) == root

    def test_each_head_continues_the_one_before(self) -> None:
        for count in (1, 4, 2, 9):
            record(count)
            settle()
        heads = list(Checkpoint.objects.order_by("size"))
        for first, second in pairwise(heads):
            path = queries.consistency(first.size, second.size)
            tree.check_consistency(first.size, bytes(first.root), second.size, bytes(second.root), path)

    def test_a_waiting_entry_has_no_proof_yet(self) -> None:
        (made,) = record()
        assert queries.proof(made) is None

    def test_the_job_seals_everything(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sealing, "BATCH", 3)
        record(8)
        tasks.seal()
        assert Pending.objects.count() <= 1  # the event of the new key may wait for the next second
        tasks.seal()
        assert not Pending.objects.exists()

    def test_entries_that_wait_too_long_raise_an_alarm(self, monkeypatch: pytest.MonkeyPatch) -> None:
        record()
        assert queries.unsealed_alarm() is None
        later = clock.now() + timedelta(seconds=61)
        monkeypatch.setattr(clock, "now", lambda: later)
        found = queries.unsealed_alarm()
        assert found is not None
        assert found.severity == "critical"


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def test_a_crash_in_the_middle_leaves_everything_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        record(3)
        with monkeypatch.context() as patch:
            patch.setattr(sealing, "_sign", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                sealing.seal(at=AT)
        assert (IndexEntry.objects.count(), Node.objects.count(), Pending.objects.count()) == (0, 0, 3)
        assert settle() == Leaf.objects.count() >= 3

    def test_a_second_worker_steps_aside(self) -> None:
        record(3)
        held, done = Event(), Event()

        def hold() -> None:
            try:
                with transaction.atomic():
                    assert sealing._alone()
                    held.set()
                    done.wait(10)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(hold)
            assert held.wait(10)
            assert sealing.seal(at=AT) == 0
            done.set()
            other.result()
        assert sealing.seal(at=AT) == 3

    def test_two_workers_at_once_seal_each_leaf_once(self) -> None:
        record(40)

        def work() -> None:
            try:
                for _ in range(20):
                    record(2)
                    sealing.seal(at=AT)
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as pool:
            for one in [pool.submit(work) for _ in range(3)]:
                one.result()
        size = settle()
        assert size == Leaf.objects.count()
        assert list(IndexEntry.objects.order_by("sequence").values_list("sequence", flat=True)) == list(range(size))
        head = queries.head()
        assert head is not None
        assert bytes(head.root) == naive_root()

    def test_a_leaf_that_commits_late_is_sealed_later(self) -> None:
        written, go = Event(), Event()
        late: list[UUID] = []

        def slow() -> None:
            try:
                with transaction.atomic():
                    late.append(services.record("test.thing.done", actor=SYSTEM, at=AT))
                    written.set()
                    go.wait(10)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(slow)
            assert written.wait(10)
            early = record()
            before = settle()
            assert set(queries.sequences([*late, *early])) == set(early)
            go.set()
            other.result()
        assert settle() == before + 1
        assert queries.sequences(late) == {late[0]: before}


@pytest.mark.django_db(transaction=True)
class TestLedgers:
    @pytest.mark.parametrize("table", LEDGERS)
    @pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_the_application_role_cannot_change_them(self, table: str, change: str) -> None:
        statement = change.format(table).replace("id = id", "hash = hash" if table == "journal_index" else "id = id")
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("panel_app",)
            with pytest.raises(DatabaseError, match=r"permission denied|does not exist"):
                cursor.execute(statement)

    @pytest.mark.parametrize("table", LEDGERS)
    @pytest.mark.parametrize("role", ["origin", "replica"])
    def test_the_owner_is_stopped_by_triggers_in_replica_mode_too(self, table: str, role: str, owner: Any) -> None:
        record(2)
        settle()
        try:
            owner.execute(f"SET session_replication_role = {role}")
        except Exception as error:  # noqa: BLE001 - an owner that is no superuser cannot even try
            assert "permission denied" in str(error)  # noqa: PT017
            return
        column = "size" if table == "journal_checkpoint" else "hash" if table in LEDGERS[1:3] else "id"
        for change in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(Exception, match="is append-only"):
                owner.execute(change)
