"""A hold placed while a purge runs keeps all that it found; two workers do each thing once."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from assistants.conversations.models import CallContent
from compliance.holds.rules.scope import Kind, Line
from compliance.retention import queries
from compliance.retention.models import Run
from compliance.retention.rules.states import State
from compliance.retention.services import planning, running
from panel.kernel import jobs
from panel.kernel.jobs import Run as Work
from panel.kernel.models import Job
from tests.compliance.holds import stage as holds
from tests.compliance.retention import stage
from tests.compliance.retention.stage import NOW
from tests.factories.people import make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TRIALS, DAYS, EACH = 20, 8, 20


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
    pia = make_person("pia", role="privacy_officer")
    chance, seen = random.Random(7), set()
    for trial in range(TRIALS):
        subject = holds.make_subject(f"mona{trial}")
        talks(subject)
        run = stage.agreed()
        job = jobs.latest(run.journal_ref, planning.JOB)
        assert job is not None
        worker = in_thread(faults, lambda job=job: jobs.perform(job))  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.6))
        holds.place(pia, Line(Kind.SUBJECT, subject), reference=f"T-{trial}")
        found = set(CallContent.objects.filter(subject=subject).values_list("id", flat=True))
        worker.join()
        run.refresh_from_db()
        assert run.state in {State.COMPLETED, State.DEFERRED}, run.problem
        assert set(CallContent.objects.filter(subject=subject).values_list("id", flat=True)) == found
        gone = sum(one.gone for one in queries.steps(run))
        assert gone + len(found) == DAYS * EACH
        seen.add(len(found))
    assert len(seen) > 1  # the moments differed


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
