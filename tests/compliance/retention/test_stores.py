"""Stores of every sort, the oldest record against the promise, the console, and the one switch."""

from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.people.models import User
from assistants.conversations.models import Call, CallContent
from compliance.retention import queries
from compliance.retention.models import Run
from compliance.retention.rules.states import State
from compliance.retention.services import clockwork, switch
from panel.journal import services as journal
from panel.journal.models import Detail, Leaf
from panel.kernel import actors, clock, jobs
from panel.kernel.models import Job
from panel.ops import tasks as ops
from tests.compliance.holds import stage as holds
from tests.compliance.retention import stage
from tests.compliance.retention.stage import NOW

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
