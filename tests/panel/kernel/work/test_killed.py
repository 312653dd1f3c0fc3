"""Real processes: a worker killed in the middle, a database that goes away, two beats."""

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import redis
from django.db import connection

from panel.kernel import jobs
from panel.kernel.models import Job, Scheduled
from panel.ops.services import plan
from tests.stage.live import Live, until
from tests.stage.run import ROOT
from tests.stage.servers import end

pytestmark = pytest.mark.slow
STEPS = 25


@pytest.fixture
def beats(celery_worker: Live) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Two beats, started as the supervisor starts one."""
    process = next(one for one in plan.SERVING if one.name == "beat")
    started = []
    for number in (1, 2):
        settings = celery_worker.settings
        with celery_worker.log(f"beat-{number}").open("wb") as out:
            started.append(
                subprocess.Popen(
                    plan.arguments(process, settings),
                    cwd=ROOT,
                    env=plan.environment(settings, process.secrets, "beat"),
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                )
            )
    yield started
    for one in started:
        end(one, signal.SIGTERM)


def reach(job: Job, step: int, seconds: float = 60) -> int:
    for _ in until(seconds, 0.1):
        job.refresh_from_db()
        if (job.checkpoint or 0) >= step or job.ended_at:
            return int(job.checkpoint or 0)
    pytest.fail(f"The job stays {job.state} at {job.checkpoint}.")


def counted(job: Job) -> list[int]:
    """The steps that were logged, in order."""
    return [line[2]["number"] for line in job.log]


def test_a_worker_killed_in_the_middle_is_followed_by_another_that_goes_on(celery_worker: Live, beats: Any) -> None:
    job = jobs.start("ops.try_jobs", steps=STEPS)
    reach(job, 8)
    celery_worker.stop("worker", signal.SIGKILL)
    job.refresh_from_db()
    stopped_at = int(job.checkpoint or 0)
    assert job.state == "running"
    assert 8 <= stopped_at < STEPS
    killed = time.monotonic()
    celery_worker.start("worker")
    reach(job, STEPS)
    for _ in until(10):
        job.refresh_from_db()
        if job.ended_at:
            break
    assert (job.state, job.attempts, job.done) == ("done", 2, STEPS)
    # A step between the last written log and the kill is in the checkpoint but not in the log; none is done twice.
    assert max(Counter(counted(job)).values()) == 1
    assert set(range(stopped_at + 1, STEPS + 1)) <= set(counted(job))
    assert time.monotonic() - killed < 60


def test_a_database_that_goes_away_for_seconds_costs_an_attempt_not_the_job(
    celery_worker: Live, beats: Any, owner: psycopg.Connection[Any]
) -> None:
    job = jobs.start("ops.try_jobs", steps=STEPS)
    reach(job, 5)
    name = owner.info.dbname
    with psycopg.connect(owner.info.dsn, dbname="postgres", password=owner.info.password, autocommit=True) as above:
        above.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        above.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        time.sleep(3)
        above.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    connection.close()
    reach(job, STEPS, 90)
    for _ in until(10):
        job.refresh_from_db()
        if job.ended_at:
            break
    assert (job.state, job.done) == ("done", STEPS)
    assert job.attempts == 2


def test_two_beats_send_each_slot_once(celery_worker: Live, beats: Any) -> None:
    celery_worker.stop("worker")  # what is sent stays in the queue, to be counted
    with redis.Redis.from_url(celery_worker.settings["VALKEY_URL"]) as client:
        client.delete("celery")
        for _ in until(30, 0.1):
            if client.llen("celery"):
                break
        time.sleep(1)
        client.delete("celery")
        started = time.monotonic()
        time.sleep(11)
        sent = Counter(json.loads(message)["headers"]["task"] for message in client.lrange("celery", 0, -1))
        took = time.monotonic() - started
    assert [one.poll() for one in beats] == [None, None]
    assert took - 2 <= sent["journal.seal"] <= took + 2
    assert 2 <= sent["ops.tend_jobs"] <= 3
    assert Scheduled.objects.filter(name="journal.seal").exists()
