"""One attempt of a job after the other: progress, checkpoints, refusals, failures, cancelling, results."""

from uuid import UUID

import pytest
from django.db import transaction

from panel.kernel import ids, jobs
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Refusal
from panel.kernel.jobs import Run
from panel.kernel.models import Job
from panel.kernel.work import rows
from tests.factories.trials import Declare, nothing

pytestmark = pytest.mark.django_db


def due(job: Job) -> Job:
    """As if the pause before the next attempt were over."""
    Job.objects.filter(pk=job.pk).update(not_before=None, sent_at=None)
    return job


class TestRun:
    def test_a_job_that_ends_says_so_with_its_progress_log_and_result(self, long_job: Declare) -> None:
        about = ids.new_id()

        def body(run: Run, thing: str) -> None:
            assert run.actor == Actor("person", about)
            run.progress(2, 3, "Reading %(table)s", unit="tables", table="people")
            run.log("Read %(n)s", n=2)
            run.result("thing", UUID(thing))

        job = jobs.perform(
            jobs.start(long_job(body), actor=Actor("person", about), about=("thing", about), thing=about)
        )
        assert (job.state, job.done, job.total, job.attempts) == ("done", 3, 3, 1)
        assert (job.phase, job.words, job.unit) == ("Reading %(table)s", {"table": "people"}, "tables")
        assert [(line[1], line[2]) for line in job.log] == [("Read %(n)s", {"n": 2})]
        assert (job.result_kind, job.result_id, job.about_id) == ("thing", about, about)
        assert job.ended_at
        assert job.holder is None
        assert job.lease_until is None

    def test_a_job_that_is_over_is_not_run_again(self, long_job: Declare) -> None:
        runs: list[int] = []
        job = jobs.start(long_job(lambda run: runs.append(run.attempt)))
        for _ in range(3):
            jobs.perform(job)
        assert runs == [1]

    def test_the_next_attempt_goes_on_from_the_checkpoint(self, long_job: Declare) -> None:
        done: list[int] = []

        def body(run: Run) -> None:
            for step in range(run.checkpointed or 0, 4):
                done.append(step)
                if step == 2 and run.attempt == 1:
                    raise RuntimeError("the power")
                run.checkpoint(step + 1)

        job = jobs.perform(jobs.start(long_job(body)))
        assert (job.state, job.error_code, job.checkpoint) == ("queued", "RuntimeError", 2)
        assert jobs.perform(due(job)).state == "done"
        assert done == [0, 1, 2, 2, 3]

    def test_a_checkpoint_is_undone_with_the_step_that_it_belongs_to(self, long_job: Declare) -> None:
        def body(run: Run) -> None:
            with transaction.atomic():
                run.checkpoint({"at": 1})
                raise RuntimeError("after the checkpoint")

        assert jobs.perform(jobs.start(long_job(body))).checkpoint is None

    def test_what_fails_at_one_place_is_tried_a_few_times_and_then_given_up(self, long_job: Declare) -> None:
        def body(run: Run) -> None:
            run.checkpoint("here")
            raise RuntimeError("name@example.test")

        job = jobs.start(long_job(body, tries=3))
        states = [jobs.perform(due(job)).state for _ in range(6)]
        # The first attempt reached a new checkpoint, so that it does not count.
        assert states == ["queued", "queued", "queued", "failed", "failed", "failed"]
        assert "example" not in job.error
        assert job.error_code == "RuntimeError"

    def test_the_pauses_between_attempts_grow_to_ten_minutes(self) -> None:
        assert [rows.backoff(strikes) for strikes in range(1, 8)] == [5, 15, 60, 300, 600, 600, 600]

    def test_an_attempt_before_its_time_does_nothing(self, long_job: Declare) -> None:
        runs: list[int] = []

        def body(run: Run) -> None:
            runs.append(run.attempt)
            raise RuntimeError

        job = jobs.start(long_job(body))
        assert [jobs.perform(job).state, jobs.perform(job).state] == ["queued", "queued"]
        assert runs == [1]

    def test_a_refusal_ends_it_at_once_with_its_sentence(self, long_job: Declare) -> None:
        def body(_run: Run) -> None:
            raise Refusal("This policy was deleted.", code="policy_gone")

        job = jobs.perform(jobs.start(long_job(body)))
        assert (job.state, job.error_code, job.error) == ("failed", "policy_gone", "This policy was deleted.")

    def test_the_log_keeps_the_last_lines(self, long_job: Declare) -> None:
        def body(run: Run) -> None:
            for number in range(250):
                run.log("Line %(n)s", n=number)

        log = jobs.perform(jobs.start(long_job(body))).log
        assert len(log) == 200
        assert log[-1][2] == {"n": 249}


class TestCancel:
    def test_a_waiting_job_is_over_at_once(self, long_job: Declare) -> None:
        job = jobs.cancel(jobs.start(long_job(nothing)))
        assert job.state == "cancelled"
        assert jobs.perform(job).state == "cancelled"

    def test_a_running_job_stops_at_its_next_step_and_cleans_up(self, long_job: Declare) -> None:
        steps: list[str] = []

        def body(run: Run) -> None:
            try:
                run.progress(1, 9)
                jobs.cancel(Job.objects.get(pk=run.id))
                run.progress(2, 9)
                steps.append("went on")
            except Exception:  # noqa: BLE001 - as a careless body would
                steps.append("swallowed")
            finally:
                steps.append("cleaned up")

        job = jobs.perform(jobs.start(long_job(body)))
        assert (job.state, job.error_code, steps) == ("cancelled", "", ["cleaned up"])

    def test_what_is_over_cannot_be_cancelled(self, long_job: Declare) -> None:
        job = jobs.perform(jobs.start(long_job(nothing)))
        with pytest.raises(Conflict, match="over"):
            jobs.cancel(job)


class TestRetry:
    def test_a_failed_job_goes_on_from_its_checkpoint(self, long_job: Declare) -> None:
        def body(run: Run) -> None:
            if run.checkpointed is None:
                run.checkpoint(1)
                raise Refusal("Not now.")

        job = jobs.perform(jobs.start(long_job(body)))
        assert job.state == "failed"
        assert jobs.perform(jobs.retry(job)).state == "done"
        assert (job.attempts, job.error) == (2, "")

    def test_one_that_went_well_is_not_run_again(self, long_job: Declare) -> None:
        with pytest.raises(Conflict):
            jobs.retry(jobs.perform(jobs.start(long_job(nothing))))

    def test_not_while_the_same_job_was_started_anew(self, long_job: Declare) -> None:
        job = jobs.cancel(jobs.start(long_job(nothing), key="k"))
        jobs.start(job.name, key="k")
        with pytest.raises(Conflict, match="anew"):
            jobs.retry(job)
