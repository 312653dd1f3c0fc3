"""Leases, files, and keys that make one job of many starts."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from panel.kernel import clock, ids, jobs
from panel.kernel.errors import Missing
from panel.kernel.jobs import Run
from panel.kernel.models import DataKey, Job
from panel.kernel.work import results, rows, tending
from panel.kernel.work.run import LeaseLost
from tests.factories.trials import Declare, nothing

pytestmark = pytest.mark.django_db


class TestLease:
    def lose(self, job: Job) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE kernel_job SET lease_until = clock_timestamp() - interval '1 s' WHERE id = %s", [job.pk]
            )

    def test_a_silent_workers_job_is_another_ones_and_the_first_can_write_no_more(self, long_job: Declare) -> None:
        ends: list[str] = []

        def body(run: Run) -> None:
            if run.attempt == 1:
                self.lose(run.job)
                tending.tend()
                jobs.perform(Job.objects.get(pk=run.id))  # the other worker
                run.progress(1, 2)  # raises: this attempt does not count any more
            ends.append(f"attempt {run.attempt}")

        job = jobs.start(long_job(body))
        assert jobs.perform(job).state == "done"
        assert (ends, job.attempts) == (["attempt 2"], 2)

    def test_a_job_that_kills_its_worker_each_time_is_given_up(self, long_job: Declare) -> None:
        job = jobs.start(long_job(nothing, tries=3), key="deadly")
        for _ in range(3):
            assert rows.claim(job.pk)
            self.lose(job)
            tending.tend()
        job.refresh_from_db()
        assert (job.state, job.error_code, job.keyed) == ("failed", "worker_lost", False)

    def test_a_lost_workers_job_that_was_to_be_cancelled_is_over(self, long_job: Declare) -> None:
        job = jobs.start(long_job(nothing))
        rows.claim(job.pk)
        assert jobs.cancel(job).state == "running"
        self.lose(job)
        tending.tend()
        job.refresh_from_db()
        assert (job.state, job.error_code) == ("cancelled", "")

    def test_a_job_of_another_version_stands_in_nobodys_way(
        self, long_job: Declare, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent: list[str] = []
        monkeypatch.setattr("panel.kernel.work.delivery.send", lambda name, *_args, **_options: sent.append(name))
        Job.objects.create(name="kernel.unknown", actor_kind="system")
        Job.objects.create(name=long_job(nothing), actor_kind="system")
        tending.tend()
        tending.tend()
        assert sent == ["kernel.trial"]

    def test_an_attempt_that_could_not_renew_its_lease_stops_by_itself(self) -> None:
        run = Run(Job(holder=ids.new_id()))
        run.live, run.seen = True, time.monotonic() - rows.LEASE_SECONDS - 1
        with pytest.raises(LeaseLost):
            run.check()

    def test_one_process_of_the_worker_stays_free(self, long_job: Declare, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PANEL_WORKER_PROCESSES", "3")
        started = [jobs.start(long_job(nothing)), *(jobs.start("kernel.trial") for _ in range(2))]
        assert [bool(rows.claim(job.pk)) for job in started] == [True, True, False]


class TestFile:
    def test_a_file_is_sealed_read_back_and_destroyed_with_the_row(self, long_job: Declare) -> None:
        chunks = [b"name;amount\n", b"x" * 1_500_000, b"end"]

        def body(run: Run) -> None:
            run.deliver("people.csv", chunks)

        job = jobs.perform(jobs.start(long_job(body)))
        path = results.folder(job.pk) / "file"
        assert (job.file_name, job.file_size) == ("people.csv", sum(map(len, chunks)))
        assert b"".join(results.read(job.pk)) == b"".join(chunks)
        assert b"name;amount" not in path.read_bytes()
        assert Path(path).stat().st_size > job.file_size
        Job.objects.filter(pk=job.pk).update(ended_at=clock.now() - timedelta(days=31))
        assert tending.forget(before=clock.now() - tending.KEPT) == 1
        assert not path.exists()
        assert not DataKey.objects.filter(owner=job.pk, destroyed_at=None).exists()
        with pytest.raises(Missing):
            results.read(job.pk)

    def test_a_job_that_is_not_over_is_kept_however_old(self, long_job: Declare) -> None:
        job = jobs.start(long_job(nothing))
        Job.objects.filter(pk=job.pk).update(created_at=clock.now() - timedelta(days=400))
        assert tending.forget(before=clock.now()) == 0


@pytest.mark.django_db(transaction=True)
def test_twenty_starts_at_once_with_one_key_are_one_job(long_job: Declare) -> None:
    name, found = long_job(nothing), set()

    def begin() -> None:
        try:
            found.add(jobs.start(name, key="same").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 1 == Job.objects.filter(name=name).count()
    job = jobs.perform(Job.objects.get(name=name))
    assert job.state == "done"
    assert jobs.start(name, key="same").pk != job.pk, "a job that is over does not stand in the way"


def test_a_key_for_good_keeps_the_job_from_being_done_twice(long_job: Declare) -> None:
    job = jobs.perform(jobs.start(long_job(nothing), key="import 7", once=True))
    assert jobs.start(job.name, key="import 7", once=True) == job
