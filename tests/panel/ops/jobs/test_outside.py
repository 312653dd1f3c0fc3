"""Jobs outside their own pages: on the front page and over the API."""

import pytest
from django.test import Client

from accounts.people.models import User
from panel.kernel import clock, jobs
from panel.kernel.errors import Refusal
from panel.kernel.jobs import Run
from panel.kernel.work import slots
from panel.ops.jobs import cards, queries
from tests.factories.people import actor_of, signed_in
from tests.factories.trials import Declare
from tests.panel.ops.jobs.test_pages import begin, counting, text

__all__ = ["counting"]


class TestApi:
    @pytest.fixture
    def client(self, bob: User) -> Client:
        return signed_in(bob)

    def test_jobs_are_listed_read_cancelled_and_repeated(
        self, counting: str, bob: User, alice: User, client: Client
    ) -> None:
        job, _other = begin(bob, counting), begin(alice, counting)
        listed = client.get("/api/v1/jobs/").json()
        assert [one["id"] for one in listed["items"]] == [str(job.id)]
        assert client.get("/api/v1/jobs/?state=nonsense").status_code == 422
        one = client.get(f"/api/v1/jobs/{job.id}/")
        assert (one.json()["title"], one.json()["state"]) == ("A trial", "queued")
        assert client.get(f"/api/v1/jobs/{job.id}/", headers={"If-None-Match": one["ETag"]}).status_code == 304
        assert client.post(f"/api/v1/jobs/{job.id}/cancellation/").json()["state"] == "cancelled"
        assert client.post(f"/api/v1/jobs/{job.id}/cancellation/").status_code == 409
        assert client.post(f"/api/v1/jobs/{job.id}/repetition/").json()["state"] == "queued"
        assert client.get(f"/api/v1/jobs/{_other.id}/").status_code == 404


class TestFrontPage:
    def test_a_failed_job_waits_for_its_starter_and_for_who_may_repeat_it(
        self, long_job: Declare, bob: User, charlie: User, alice: User, olga: User
    ) -> None:
        def body(_run: Run) -> None:
            raise Refusal("The disk is full.")

        jobs.perform(begin(bob, long_job(body)))
        seen = {one.id: "Failed: A trial" in text(signed_in(one), "/") for one in (bob, alice, olga, charlie)}
        assert seen == {bob.id: True, alice.id: True, olga.id: False, charlie.id: False}

    def test_the_schedule_is_well_when_every_slot_was_claimed(self, alice: User) -> None:
        assert next(check.sentence for check in cards.checks(actor_of(alice), clock.now())).endswith("are late")
        for line in queries.schedule(clock.now()):
            slots.claim(line.kind.name, clock.now())
        assert cards.checks(actor_of(alice), clock.now())[0].well
