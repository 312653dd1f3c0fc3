"""The worker's own process, killed at ten points of an erasure: each is where it waits for a lock that this test holds."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from accounts.people import queries as people
from assistants.conversations.models import CallContent
from compliance.requests.models import Proof, Request, Verdict
from compliance.requests.queries import reading
from compliance.requests.rules.states import State
from compliance.requests.services.erasure import executing
from compliance.requests.services.reader import places, scanning
from panel.journal.models import Leaf
from panel.kernel import clock, ids
from panel.kernel.actors import SYSTEM
from panel.kernel.db import epochs
from panel.kernel.models import Job
from panel.kernel.work import delivery, rows
from panel.outbound import services as outbound
from tests.compliance.requests.stage import account, approved, in_work, said
from tests.factories.people import make_person
from tests.stage.live import Live, until
from tests.stage.run import Run

pytestmark = pytest.mark.slow
# In the order in which an erasure writes to them; the proof twice, with what is searched for and with what was found.
TABLES = (
    "requests_proof", "conversations_callcontent", "requests_verdict", "outbound_message", "people_user",
    "subjects_subjectidentifier", "kernel_datakey", "requests_proof", "requests_request", "requests_event",
)  # fmt: skip
BLOCKED = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IN"
    " (SELECT %(table)s::regclass UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = %(table)s::regclass)"
)


@pytest.fixture
def _files(stage: Run, celery_worker: Live) -> Iterator[None]:
    """The worker's search finds the real files of this test's database."""
    place = celery_worker.folder / "pg"
    shutil.rmtree(place, ignore_errors=True)
    place.symlink_to(stage.folder / "pg")
    yield
    place.unlink()


@contextmanager
def locked(owner: psycopg.Connection[Any], table: str) -> Iterator[None]:
    """Reading goes on, writing waits."""
    with owner.transaction():
        owner.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield


def again(live: Live, job: Job) -> None:
    """The killed worker's lease has ended; another worker starts."""
    Job.objects.filter(id=job.id, state="running").update(lease_until="2000-01-01T00:00:00Z")
    rows.reclaim()
    live.start("worker")
    delivery.deliver(job.name, job.id)


@pytest.mark.usefixtures("_files")
def test_kill_9_at_ten_points_and_it_ends_whole(
    celery_worker: Live, owner: psycopg.Connection[Any], stage: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])
    mark = ids.new_id().hex[-10:]
    pia, adam, vera = (
        make_person(f"{name}-{mark}", role=role)
        for name, role in (("pia", "privacy_officer"), ("adam", "administrator"), ("vera", "operator"))
    )
    mine, canary, address = account(vera), f"quokka-{mark}", f"vera-{mark}@example.test"
    other = said(account(pia).subject, "Something else")
    before = CallContent.objects.filter(id=other).values().get()
    for number in range(3):
        said(mine.subject, f"{canary} number {number}")
    outbound.send_mail(
        actor=SYSTEM, template="request_due", to=vera.id, at=clock.now(),
        context={"code": "X", "due": clock.now().date(), "late": True, "days": 0, "link": ""},
    )  # fmt: skip
    wanted = scanning.spelled(scanning.needles([canary, address]))
    assert hits(stage, owner, wanted) == 0
    celery_worker.stop("worker")
    row = approved(in_work(mine, "deletion", pia), pia, adam)
    job = Job.objects.get(name="requests.erase", about_id=row.id)
    met = []
    for table in TABLES:
        with locked(owner, table):
            again(celery_worker, job)
            if waits(owner, table, job):
                met.append(table)
            celery_worker.stop("worker", signal.SIGKILL)
        job.refresh_from_db()
        found = Request.objects.get(id=row.id)
        assert found.state == State.EXECUTING, table
        assert job.state == "running", (table, job.error_code)
    assert met == list(TABLES)
    again(celery_worker, job)
    for _ in until(300, 0.2):
        job.refresh_from_db()
        if job.ended_at:
            break
    done = Request.objects.get(id=row.id)
    assert (job.state, done.state) == ("done", State.FULFILLED), list(
        done.verdicts.exclude(outcome__in=["erased", "retained"]).values("store", "outcome", "problem", "left")
    )
    assert executing.alive([mine.subject, vera.id]) == 0
    assert not CallContent.objects.filter(subject=mine.subject).exists()
    assert people.name(vera.id).startswith("Erased person")
    assert reading.known_subject(address) is None
    assert Leaf.objects.filter(event="requests.request.fulfilled", object_id=row.id).count() == 1
    assert Proof.objects.get(request=row).certificate is not None
    assert Verdict.objects.get(request=row, store="conversations").gone == 3
    assert CallContent.objects.filter(id=other).values().get() == before
    assert hits(stage, owner, wanted) == 0


def waits(owner: psycopg.Connection[Any], table: str, job: Job) -> bool:
    """Whether the worker comes to where it needs this table; a job that ended before never will."""
    for _ in until(180, 0.1):
        job.refresh_from_db()
        assert job.ended_at is None, (table, job.error)
        [count] = owner.execute(BLOCKED, {"table": table}).fetchone() or [0]
        if count and job.state == "running":
            return True
    return False


def hits(stage: Run, owner: psycopg.Connection[Any], wanted: list[bytes]) -> int:
    owner.execute("CHECKPOINT")
    return int(places.database_files(Path(stage.folder) / "pg" / "data", wanted)["hits"])
