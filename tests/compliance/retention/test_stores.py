"""Stores of every sort, the oldest record against the promise, the console, and the one switch."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.people.models import User
from assistants.conversations.models import Call, CallContent
from compliance.requests.services.reader import places, scanning
from compliance.retention import queries
from compliance.retention.models import Run
from compliance.retention.rules import stores
from compliance.retention.rules.states import State
from compliance.retention.rules.stores import Asked
from compliance.retention.services import clockwork, switch
from panel.journal import services as journal
from panel.journal.models import Detail, Leaf
from panel.kernel import actors, clock, jobs
from panel.kernel.db import partitions
from panel.kernel.models import Job, Setting
from panel.ops import tasks as ops
from tests.compliance.holds import stage as holds
from tests.compliance.retention import stage
from tests.compliance.retention.stage import NOW
from tests.stage.run import Run as Stage

pytestmark = pytest.mark.django_db


def gauge(at: datetime) -> queries.Gauge:
    found = [one for one in queries.gauges(at) if one.store == "conversations_callcontent"]
    return next(one for one in found if one.rule.name == "standard")


def test_the_gauge_shows_the_oldest_against_the_promise() -> None:
    stage.talk(holds.make_subject(), [NOW - timedelta(days=15), NOW - timedelta(days=3)])
    assert (gauge(NOW).share, gauge(NOW).is_late) == (50, False)
    assert gauge(NOW + timedelta(days=17)).is_late


def test_the_console_previews_and_runs(capsys: pytest.CaptureFixture[str]) -> None:
    stage.talk(holds.make_subject(), [clock.now() - timedelta(days=31)])
    call_command("retention", "preview")
    assert "standard    conversations_callcontent       30         1       0" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Two people"):
        call_command("retention", "run")
    Run.objects.all().update(state="aborted")
    call_command("retention", "run", "--approve")
    assert "completed" in capsys.readouterr().out
    assert not CallContent.objects.exists()


def test_every_job_that_deletes_stands_still_while_the_switch_is_off(pia: User) -> None:
    old = jobs.perform(jobs.start("ops.try_jobs", steps=0))
    Job.objects.filter(id=old.id).update(ended_at=clock.now() - timedelta(days=31))
    switch.stop(actor=holds.fresh(pia), at=clock.now())
    ops.forget_jobs()
    clockwork.tick(clock.now())
    assert Job.objects.filter(id=old.id).exists()
    assert not Run.objects.exists()
    switch.let_go(actor=holds.fresh(pia), at=clock.now())
    ops.forget_jobs()
    assert not Job.objects.filter(id=old.id).exists()


def test_findings_jobs_and_old_detail_go_by_their_own_class(pia: User) -> None:
    mona, at = holds.make_subject(), NOW - timedelta(days=366)
    (old,) = stage.talk(mona, [at])
    Call.objects.create(
        day=old.day, id=old.id, at=at, route="/v1/chat/completions", source="api", assistant=old.assistant, subject=mona,
        status=200, tokens_in=5, verdicts=[["pii", "email", "redact", "", 0, 1, 1.0, "EMAIL"]],
    )  # fmt: skip
    job = jobs.perform(jobs.start("ops.try_jobs", steps=0))
    Job.objects.filter(id=job.id).update(ended_at=NOW - timedelta(days=31))
    with transaction.atomic():
        leaf = journal.record(
            "holds.hold.discarded", actor=actors.SYSTEM, personal=[(pia.id, {"why": "x"})], at=NOW - timedelta(days=731)
        )
    done = stage.carried_out(stage.agreed())
    assert (done.state, done.problem) == (State.COMPLETED, "")
    call = Call.objects.get(id=old.id)
    assert (call.verdicts, call.tokens_in) == ([], 5)
    assert not Job.objects.filter(id=job.id).exists()
    assert not Detail.objects.filter(leaf=leaf).exists()
    assert Leaf.objects.filter(id=leaf).exists()
    gone = {one.store: one.gone for one in queries.steps(done) if one.gone}
    assert gone == {
        "conversations_callcontent": 1, "conversations.findings": 1, "jobs.rows": 1, "journal.details": 1,
    }  # fmt: skip


def plans(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(one for each in node.get("Plans", []) for one in plans(each))]


def test_the_gauge_of_findings_reads_no_call_without_one(owner: Any) -> None:
    """5,000 calls without findings, older than the only one with some: an index leads to it."""
    partitions.ensure(NOW.date() - timedelta(days=40), NOW.date())
    with connection.cursor() as cursor:
        for day, rows, verdicts in ((20, 5000, "[]"), (10, 1, '[["pii", "email", "redact", "", 0, 1, 1.0, "EMAIL"]]')):
            at = NOW - timedelta(days=day)
            cursor.execute(
                "INSERT INTO conversations_call (day, id, at, route, source, status, upstream_status, error, action, verdicts,"
                " verdicts_left_out, stages, tokens_in, tokens_out, tokens_estimated, bytes_in, bytes_out, total_us, count,"
                " address_digest, stored, model, policy, stream) SELECT %s, gen_random_uuid(), %s, '/v1', 'api', 200, 0, '',"
                " 'allow', %s::jsonb, 0, '[]', 0, 0, false, 0, 0, 0, 1, '', '', '', '', false FROM generate_series(1, %s)",
                [at.date(), at, verdicts, rows],
            )
    asked = Asked("findings", 365, NOW)
    store = stores.store("conversations.findings")
    with CaptureQueriesContext(connection) as seen:
        assert store.oldest(asked) == NOW - timedelta(days=10)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + seen.captured_queries[-1]["sql"])
        found = cursor.fetchone()[0]
    nodes = plans((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])
    reads = [one for one in nodes if str(one.get("Relation Name", "")).startswith("conversations_call_")]
    assert {one["Node Type"] for one in reads} <= {"Index Scan", "Index Only Scan"}, reads
    assert sum(one["Actual Rows"] for one in reads) == 1
    assert sum(one.get("Rows Removed by Filter", 0) for one in reads) == 0


CANARY = "quokka-nougat-4417"


def _copy(table: str) -> str:
    return f"COPY (SELECT * FROM {table}) TO STDOUT"  # noqa: S608 - a name out of the catalogue


def test_no_word_of_what_went_is_left_anywhere(request: pytest.FixtureRequest, owner: Any, tmp_path: Path) -> None:
    """A canary in what was said: 0 in rows, raw files, Valkey, files, logs and a dump, before and after the run; one that
    stands in the clear is found in each, so that the search can see."""
    servers: Stage = request.getfixturevalue("stage")
    mona = holds.make_subject()
    for days in (40, 41):
        holds.said(mona, NOW - timedelta(days=days), text=CANARY.encode())
    folder, wanted = servers.folder / "pg" / "data", scanning.spelled([CANARY])

    def hits() -> dict[str, int]:
        owner.execute("CHECKPOINT")
        found = places.search([CANARY])
        told = {name: int(one["hits"]) for name, one in found.items() if one["state"] == "read"}
        told["raw"] = int(places.database_files(folder, wanted)["hits"])
        dump = tmp_path / "dump"
        with dump.open("wb") as out:
            for table in places.tables():
                with connection.cursor() as cursor, cursor.copy(_copy(table)) as copy:
                    for piece in copy:
                        out.write(bytes(piece))
        told["dump"] = scanning.count(scanning.pieces(dump), wanted)[0]
        return told

    # The panel reads the database's files, too, where it finds them.
    none = dict.fromkeys(("rows", "valkey", "files", "logs", "raw", "dump"), 0)
    assert {"database_files": 0, **hits()} == {"database_files": 0, **none}
    assert stage.carried_out(stage.agreed()).state == State.COMPLETED
    assert not CallContent.objects.exists()
    assert {"database_files": 0, **hits()} == {"database_files": 0, **none}
    Setting.objects.create(name="leak", value=f"say {CANARY}", changed_at=NOW)
    found = hits()
    assert min(found["rows"], found["dump"]) > 0
