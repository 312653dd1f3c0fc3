"""A hold placed while a purge runs keeps all that it found; two workers do each thing once."""

import random
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from assistants.conversations.models import CallContent
from compliance.holds.rules.scope import Kind, Line
from compliance.retention import queries
from compliance.retention.models import Run, Step
from compliance.retention.rules import merkle
from compliance.retention.rules.states import State
from compliance.retention.services import manifest, planning, running
from panel.journal import bundles, sealing, verification
from panel.journal.models import Leaf
from panel.journal.verifiers import verify
from panel.kernel import clock, jobs
from panel.kernel.jobs import Run as Work
from panel.kernel.models import Job
from tests.compliance.holds import stage as holds
from tests.compliance.retention import many, stage
from tests.compliance.retention.stage import NOW
from tests.factories.people import make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TRIALS, ROWS, DAYS, EACH, ONE_IN = 20, 50_000, 8, 20, 100


@pytest.fixture
def faults() -> Iterator[list[BaseException]]:
    """What went wrong in a thread goes wrong in the test."""
    found: list[BaseException] = []
    yield found
    assert not found, found


def in_thread(faults: list[BaseException], act: Callable[[], object]) -> threading.Thread:
    def body() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - told to the test
            faults.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=body)
    thread.start()
    return thread


def talks(subject: UUID) -> list[CallContent]:
    moments = [NOW - timedelta(days=31 + day, seconds=second) for day in range(DAYS) for second in range(EACH)]
    return stage.talk(subject, moments)


def test_what_a_hold_found_is_never_gone(faults: list[BaseException]) -> None:
    """Twenty runs over 50,000 records, in each a hold placed at another moment: what it covers when placing returns is there
    afterwards, and every other record is gone and in the manifest."""
    pia = make_person("pia", role="privacy_officer")
    chance, seen = random.Random(7), set()
    for trial in range(TRIALS):
        subject, other = holds.make_subject(f"mona{trial}"), holds.make_subject(f"otto{trial}")
        many.fill(other, subject, rows=ROWS, days=DAYS, every=ONE_IN)
        run = stage.agreed()
        job = jobs.latest(run.journal_ref, planning.JOB)
        assert job is not None
        worker = in_thread(faults, lambda job=job: jobs.perform(job))  # type: ignore[misc]
        _wait_for(run, chance.randint(0, DAYS - 1))
        time.sleep(chance.uniform(0, 0.05))
        holds.place(pia, Line(Kind.SUBJECT, subject), reference=f"T-{trial}")
        found = set(CallContent.objects.filter(subject=subject).values_list("id", flat=True))
        worker.join()
        run.refresh_from_db()
        assert run.state in {State.COMPLETED, State.DEFERRED}, run.problem
        assert set(CallContent.objects.filter(subject=subject).values_list("id", flat=True)) == found
        assert not CallContent.objects.filter(subject=other).exists()
        gone = sum(one.gone for one in queries.steps(run))
        assert gone + len(found) == ROWS
        seen.add(len(found))
    assert len(seen) > 2  # the moments differed


def _wait_for(run: Run, steps: int) -> None:
    while Step.objects.filter(run=run).count() < steps:
        time.sleep(0.005)


class Loose(Work):
    """A worker whose lease nobody checks."""

    def checkpoint(self, state: object) -> None:
        self.checkpointed = state

    def progress(self, *_: object, **__: object) -> None:
        """Nobody looks."""


def test_two_workers_do_each_thing_once(faults: list[BaseException]) -> None:
    rows = talks(holds.make_subject())
    run = stage.agreed()
    job = Job.objects.get(name=planning.JOB)
    threads = [
        in_thread(faults, lambda: running.carry_out(work=Loose(job), run_id=run.id, at=lambda: NOW)) for _ in range(2)
    ]
    for thread in threads:
        thread.join()
    run.refresh_from_db()
    steps = queries.steps(run)
    assert (run.state, CallContent.objects.count()) == (State.COMPLETED, 0)
    assert sum(one.gone for one in steps) == len(rows)
    leaves = [bytes(one.leaves)[place : place + 32] for one in steps for place in range(0, len(one.leaves), 32)]
    assert len(set(leaves)) == len(rows)
    assert Run.objects.filter(bundle__isnull=False).count() == 1


PLACES = ("between", "after the deletion", "before the commit")
KILLS = 10


def test_two_workers_are_killed_at_ten_points(tmp_path: Path) -> None:
    """`kill -9` of two real processes that do the same run at once, ten times; then two others end it."""
    subject = holds.make_subject()
    many.fill(subject, subject, rows=600, days=30, every=2)
    rows = set(CallContent.objects.values_list("id", flat=True))
    run = stage.agreed()
    job = Job.objects.get(name=planning.JOB)
    for number in range(KILLS):
        last = number == KILLS - 1
        place, after = ("before the end", 1) if last else (PLACES[number % len(PLACES)], 1 + number % 2)
        _killed([many.worker(job.id, run.id, place, after) for _ in range(2)])
        assert CallContent.objects.count() + sum(one.gone for one in queries.steps(run)) == len(rows)
        assert Run.objects.filter(bundle__isnull=False).count() == 0
    ending = [many.worker(job.id, run.id, "", 0) for _ in range(2)]
    assert [one.communicate(timeout=300)[0].splitlines()[-1] for one in ending] == ["done", "done"]
    run.refresh_from_db()
    steps = queries.steps(run)
    assert (run.state, CallContent.objects.count()) == (State.COMPLETED, 0)
    salt = bytes(run.salt)
    leaves = [bytes(one.leaves)[place : place + 32] for one in steps for place in range(0, len(one.leaves), 32)]
    assert sorted(leaves) == sorted(merkle.leaf(salt, one) for one in rows)
    assert Run.objects.filter(bundle__isnull=False).count() == 1
    assert Leaf.objects.filter(event="retention.run.completed").count() == 1
    sealing.seal(at=clock.now())
    assert bundles.settle(bundles.unpack(bytes(run.bundle or b"")).id, at=clock.now())
    (tmp_path / "keys.json").write_bytes(bundles.keys())
    (tmp_path / "manifest.zip").write_bytes(manifest.archive(run, at=clock.now()))
    pinned = verify.trusted(tmp_path / "keys.json", None)
    found = verify.verify(tmp_path / "manifest.zip", pinned=pinned, kind=manifest.KIND)
    assert (found["confirmed"], found["size"] > 0) == (True, True)
    assert verification.verify().findings == []


def _killed(workers: list["subprocess.Popen[str]"]) -> None:
    """As soon as one stands at its place; the other is anywhere, perhaps waiting for the first."""
    try:
        with selectors.DefaultSelector() as reads:
            for one in workers:
                assert one.stdout is not None
                reads.register(one.stdout, selectors.EVENT_READ)
            stands = False
            while not stands:
                ready = reads.select(timeout=300)
                assert ready
                for key, _events in ready:
                    line = key.fileobj.readline()  # type: ignore[union-attr]
                    assert line, "a worker ended"
                    stands = stands or line == "here\n"
    finally:
        for one in workers:
            one.send_signal(signal.SIGKILL)
            one.communicate()
