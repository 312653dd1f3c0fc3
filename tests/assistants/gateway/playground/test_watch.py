"""The stream of a long job: told of each change until it is over, by ticket only."""

import http.client
import time
from urllib.parse import urlsplit

import pytest

from panel.kernel import ids, jobs, tickets
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.models import Job
from panel.ops.jobs import services
from tests.stage.live import Live, until

pytestmark = pytest.mark.slow


def begin() -> tuple[Job, Actor]:
    actor = Actor("person", ids.new_id())
    return jobs.start("ops.try_jobs", actor=actor, steps=12), actor


def opened(live: Live, ticket: str) -> tuple[int, str, str]:
    """Status, content type, body."""
    for _ in until(5, 0.2):
        line = http.client.HTTPConnection(urlsplit(live.url).netloc, timeout=30)
        line.request("POST", "/stream/jobs", headers={"X-Stream-Ticket": ticket})
        answer = line.getresponse()
        told = answer.read().decode()
        line.close()
        # The first ticket ever makes the key of tickets, which the gateway loads within half a second.
        if answer.status != 503:
            break
    return answer.status, answer.getheader("content-type", ""), told


def test_a_page_is_told_of_each_change_and_the_stream_ends_with_the_job(
    gateway_server: Live, celery_worker: Live
) -> None:
    job, actor = begin()
    started = time.monotonic()
    status, kind, told = opened(gateway_server, services.ticket(actor=actor, job=job))
    job.refresh_from_db()
    assert (status, job.state) == (200, "done")
    assert kind.startswith("text/event-stream")
    assert told.count("event: changed") >= 4
    assert time.monotonic() - started < 25


def test_a_ticket_opens_one_stream_of_its_kind_once(gateway_server: Live) -> None:
    job, actor = begin()
    jobs.cancel(job)
    ticket = services.ticket(actor=actor, job=job)
    key = keyring.secret(keyring.named(tickets.KEY_PURPOSE), tickets.KEY_LABEL)
    other = tickets.sign(key, tickets.Ticket("playground", ids.new_id(), job.id))
    assert [opened(gateway_server, one)[0] for one in (ticket, ticket, other, "", "x.y")] == [
        200,
        401,
        401,
        401,
        401,
    ]
