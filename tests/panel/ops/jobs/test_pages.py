"""The pages of jobs and of the schedule: who sees what, live progress, cancel, repeat, download, run now."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel import clock, jobs
from panel.kernel.errors import Refusal
from panel.kernel.jobs import Run
from panel.kernel.models import Job, Scheduled
from panel.kernel.work import slots
from panel.ui.web import jobs as words
from tests.factories.people import actor_of, signed_in
from tests.factories.trials import Declare, nothing


def begin(user: User, name: str, **given: Any) -> Job:
    return jobs.start(name, actor=actor_of(user), **given)


def url(job: Job, part: str = "job") -> str:
    return reverse(f"ops:{part}", args=[job.id])


def body(client: Client, address: str) -> bytes:
    answer: Any = client.get(address)
    return b"".join(answer.streaming_content)


def text(client: Client, address: str, **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


@pytest.fixture
def counting(long_job: Declare) -> str:
    def body(run: Run) -> None:
        run.progress(3, 4, "Reading %(table)s", unit="tables", table="people")
        run.log("Read %(n)s rows", n=12)

    return long_job(body)


class TestList:
    def test_people_see_their_own_and_operators_and_auditors_all(
        self, counting: str, alice: User, bob: User, charlie: User, olga: User
    ) -> None:
        job = begin(bob, counting)
        seen = {one.id: url(job) in text(signed_in(one), "/jobs/") for one in (alice, bob, charlie, olga)}
        assert seen == {alice.id: True, bob.id: True, charlie.id: False, olga.id: True}

    def test_it_is_searched_filtered_sorted_and_downloaded(self, counting: str, alice: User, bob: User) -> None:
        mine, his = begin(alice, counting), begin(bob, counting)
        jobs.perform(mine)
        client = signed_in(alice)

        def shown(query: str) -> list[bool]:
            page = text(client, f"/jobs/?{query}")
            return [url(mine) in page, url(his) in page]

        assert [shown("q=trial"), shown("q=nothing-like-it")] == [[True, True], [False, False]]
        assert [shown("state=done"), shown("state=queued")] == [[True, False], [False, True]]
        assert shown(f"actor={bob.id}") == [False, True]
        assert shown(f"job={counting}&sort=state") == [True, True]
        csv = body(client, "/jobs/?format=csv").decode()
        assert "A trial,done,4 of 4 tables,Alice" in csv

    def test_an_empty_list_says_what_stands_here(self, charlie: User) -> None:
        assert "No long task yet" in text(signed_in(charlie), "/jobs/")

    def test_the_list_costs_the_same_for_two_and_twenty(self, counting: str, alice: User) -> None:
        client = signed_in(alice)
        counts = []
        for more in (2, 18):
            for _ in range(more):
                begin(alice, counting)
            client.get("/jobs/")
            with CaptureQueriesContext(connection) as found:
                client.get("/jobs/")
            counts.append(len(found))
        assert counts[0] == counts[1]


class TestJob:
    def test_the_page_tells_how_far_it_is_and_asks_again_until_it_is_over(self, counting: str, bob: User) -> None:
        job = begin(bob, counting)
        client = signed_in(bob)
        waiting = text(client, url(job))
        assert "Waiting" in waiting
        assert 'hx-trigger="every 2s' in waiting
        jobs.perform(job)
        over = text(client, url(job))
        assert "Done" in over
        assert "4 of 4 tables" in over
        assert "Read 12 rows" in over
        assert "every 2s" not in over

    def test_the_fragment_is_the_progress_alone_and_reloads_the_page_at_the_end(self, counting: str, bob: User) -> None:
        job = begin(bob, counting)
        client = signed_in(bob)
        asked = {"HX-Request": "true", "HX-Target": "job-live"}
        answer = client.get(url(job), headers=asked)
        assert b"<html" not in answer.content
        assert b'id="job-live"' in answer.content
        assert "HX-Refresh" not in answer
        jobs.perform(job)
        assert client.get(url(job), headers=asked)["HX-Refresh"] == "true"

    def test_the_card_stands_alone(self, counting: str, bob: User) -> None:
        job = begin(bob, counting)
        card = text(signed_in(bob), url(job, "job_card"))
        assert "A trial" in card
        assert "every 2s" in card
        assert "<html" not in card

    def test_a_stranger_finds_nothing(self, counting: str, bob: User, charlie: User) -> None:
        job = begin(bob, counting)
        client = signed_in(charlie)
        for part in ("job", "job_card", "job_file"):
            assert client.get(url(job, part)).status_code == 404
        for part in ("job_cancellation", "job_repetition", "job_ticket"):
            assert client.post(url(job, part)).status_code == 404

    def test_an_error_is_told_without_its_values(self, long_job: Declare, bob: User) -> None:
        def body(_run: Run) -> None:
            raise Refusal("The file has no header.", code="no_header")

        job = jobs.perform(begin(bob, long_job(body)))
        page = text(signed_in(bob), url(job))
        assert "The file has no header." in page
        assert "no_header" in page
        assert "Try again" in page


def test_amounts_are_told_with_grouped_numbers(long_job: Declare, bob: User) -> None:
    job = jobs.perform(begin(bob, long_job(lambda run: run.progress(61_400, 96_000, unit="rows"))))
    assert words.amount(job) == "96,000 of 96,000 rows"


class TestActs:
    def test_who_started_it_cancels_and_repeats_it_and_both_are_journalled(self, counting: str, bob: User) -> None:
        job = begin(bob, counting)
        client = signed_in(bob)
        assert client.post(url(job, "job_cancellation")).status_code == 302
        job.refresh_from_db()
        assert job.state == "cancelled"
        client.post(url(job, "job_repetition"))
        job.refresh_from_db()
        assert job.state == "queued"
        events = Leaf.objects.filter(object_id=job.id, actor_id=bob.id).values_list("event", flat=True)
        assert sorted(events) == ["ops.job.cancelled", "ops.job.retried"]

    def test_what_is_over_is_not_cancelled_and_the_page_says_so(self, counting: str, bob: User) -> None:
        job = jobs.perform(begin(bob, counting))
        page = signed_in(bob).post(url(job, "job_cancellation"), follow=True).content.decode()
        assert "This job is over" in page

    def test_the_auditor_looks_and_touches_nothing(self, counting: str, bob: User, olga: User) -> None:
        job = begin(bob, counting)
        client = signed_in(olga)
        page = text(client, url(job))
        assert "Cancel job" not in page
        assert client.post(url(job, "job_cancellation")).status_code == 403
        assert "Run now" not in text(client, "/jobs/schedule/")

    def test_only_who_started_it_gets_the_file(self, long_job: Declare, bob: User, adam: User) -> None:
        job = jobs.perform(begin(bob, long_job(lambda run: run.deliver("people; copy.csv", [b"a,b\n"]))))
        assert body(signed_in(bob), url(job, "job_file")) == b"a,b\n"
        answer = signed_in(bob).get(url(job, "job_file"))
        assert answer["Content-Disposition"] == 'attachment; filename="people_copy.csv"'
        assert answer["Cache-Control"] == "no-store"
        assert Leaf.objects.filter(event="ops.job.downloaded", actor_id=bob.id).exists()
        assert signed_in(adam).get(url(job, "job_file")).status_code == 404


class TestSchedule:
    def test_it_shows_last_and_next_run_of_every_name(self, alice: User) -> None:
        slots.claim("signin.tidy", clock.now())
        Scheduled.objects.update(
            started_at=clock.now(), ended_at=clock.now(), outcome="failed", error_code="DatabaseError"
        )
        page = text(signed_in(alice), "/jobs/schedule/")
        assert "signin.tidy · DatabaseError" in page
        assert "Seal the journal" in page
        assert "each 1 s" in page

    def test_a_name_that_no_beat_claims_is_late(self, alice: User) -> None:
        slots.claim("ops.partitions", clock.now() - timedelta(days=1))
        assert "Make room" in text(signed_in(alice), "/jobs/schedule/?outcome=late&q=room")

    def test_running_one_now_is_journalled_and_sent(
        self, alice: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        sent: list[str] = []
        monkeypatch.setattr("panel.kernel.work.delivery.send", lambda name, *_args, **_options: sent.append(name))
        with django_capture_on_commit_callbacks(execute=True):
            signed_in(alice).post("/jobs/schedule/signin.tidy/run/")
        assert sent == ["signin.tidy"]
        assert Leaf.objects.filter(event="ops.schedule.run", actor_id=alice.id).count() == 1

    def test_what_is_not_on_the_schedule_cannot_be_run(self, alice: User, bob: User) -> None:
        assert signed_in(alice).post("/jobs/schedule/ops.try_jobs/run/").status_code == 404
        assert signed_in(bob).get("/jobs/schedule/").status_code == 403
        assert signed_in(bob).post("/jobs/schedule/signin.tidy/run/").status_code == 403

    def test_the_trial_leads_to_its_job(self, alice: User, long_job: Declare) -> None:
        where = signed_in(alice).post("/jobs/trial/")["Location"]
        job = Job.objects.get(pk=UUID(where.split("/")[2]))
        assert (job.name, job.actor_id) == ("ops.try_jobs", alice.id)


def test_a_page_that_shows_a_card_of_no_job_shows_nothing(long_job: Declare, db: None) -> None:
    assert jobs.latest(("thing", UUID(int=7))) is None
    job = jobs.start(long_job(nothing), about=("thing", UUID(int=7)))
    assert jobs.latest(("thing", UUID(int=7)), "kernel.trial") == job


def test_a_row_is_looked_at_beside_the_list(counting: str, bob: User) -> None:
    job = jobs.perform(begin(bob, counting))
    beside = text(signed_in(bob), f"/jobs/?peek={job.id}", **{"HX-Request": "true", "HX-Target": "list-peek"})
    assert "4 of 4 tables" in beside
    assert "Attempts" in beside
