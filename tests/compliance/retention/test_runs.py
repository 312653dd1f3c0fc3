"""The preview is what the run does: 300 conversations over 90 days with a rule of 30, to the second, once."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from accounts.people.models import User
from assistants.conversations.models import Call, CallContent
from compliance.retention import queries
from compliance.retention.models import Run, Step
from compliance.retention.rules import merkle
from compliance.retention.rules.states import State
from compliance.retention.services import clockwork, manifest, planning, running, switch
from panel.journal import bundles
from panel.kernel import clock, jobs
from panel.kernel.db import purging
from panel.kernel.models import Job
from panel.kernel.registries import deletion
from tests.compliance.holds import stage as holds
from tests.compliance.retention import stage
from tests.compliance.retention.stage import NOW

pytestmark = pytest.mark.django_db


def content(run: Run) -> dict[str, int]:
    found = next(
        one for one in run.preview if one["store"] == "conversations_callcontent" and one["rule"] == "standard"
    )
    return {"due": found["due"], "held": found["held"]}


def test_exactly_what_was_previewed_goes_and_the_rest_is_byte_equal() -> None:
    rows = stage.over_90_days(holds.make_subject())
    before = stage.bytes_of()
    old = {one.id for one in rows[100:]}
    run = stage.agreed()
    assert content(run) == {"due": 200, "held": 0}
    run = stage.carried_out(run)
    assert (run.state, run.problem) == (State.COMPLETED, "")
    after = stage.bytes_of()
    assert set(before) - set(after) == old
    assert after == {one: sealed for one, sealed in before.items() if one not in old}
    assert sum(one.gone for one in queries.steps(run)) == 200
    left = [day for name, day in purging.leaves("conversations_callcontent") if name == "standard"]
    assert min(left) == date(2026, 10, 21)
    again = stage.carried_out(stage.agreed(NOW))
    assert (content(again), sum(one.gone for one in queries.steps(again))) == ({"due": 0, "held": 0}, 0)


def test_the_boundary_is_a_millisecond_wide() -> None:
    cut = NOW - timedelta(days=30)
    rows = stage.talk(
        holds.make_subject(),
        [cut - timedelta(seconds=1), cut, cut + timedelta(milliseconds=1), cut + timedelta(seconds=1)],
    )
    stage.carried_out(stage.agreed())
    assert set(stage.bytes_of()) == {rows[2].id, rows[3].id}


def test_what_a_hold_keeps_is_moved_named_and_goes_after_the_release(pia: User, adam: User) -> None:
    mona, otto = holds.make_subject(), holds.make_subject("otto")
    kept = stage.talk(mona, [NOW - timedelta(days=40), NOW - timedelta(days=40, hours=1)])
    stage.talk(otto, [NOW - timedelta(days=40)])
    before = stage.bytes_of()
    hold = holds.hold_on(pia, mona)
    run = stage.agreed()
    assert content(run) == {"due": 1, "held": 2}
    run = stage.carried_out(run)
    assert run.state == State.DEFERRED
    assert stage.bytes_of() == {one.id: before[one.id] for one in kept}
    assert set(CallContent.objects.values_list("retention", "kept_from")) == {("held", "standard")}
    told = zipfile.ZipFile(io.BytesIO(manifest.archive(run, at=NOW))).read("held.csv").decode()
    assert {tuple(row) for row in csv.reader(told.splitlines()[1:])} == {
        ("conversations_callcontent", str(one.id), str(hold.id)) for one in kept
    }
    again = stage.carried_out(stage.agreed())
    assert (content(again), again.state) == ({"due": 0, "held": 2}, State.DEFERRED)
    holds.release(pia, adam, hold)
    last = Run.objects.order_by("-made_at", "-id").first()
    assert last is not None
    assert content(last)["due"] == 2
    Run.objects.filter(id=last.id).update(begins_at=NOW)  # the release was told that a day has passed
    stage.carried_out(last)
    assert not CallContent.objects.exists()


def test_the_manifest_verifies_and_proves_each_record_that_went() -> None:
    rows = stage.talk(holds.make_subject(), [NOW - timedelta(days=40, hours=number) for number in range(5)])
    run = stage.carried_out(stage.agreed())
    files = zipfile.ZipFile(io.BytesIO(manifest.archive(run, at=NOW)))
    told = json.loads(files.read("run.json"))
    assert (told["gone"], told["held"], told["left"]) == (5, 0, 0)
    salt, leaves = bytes.fromhex(told["salt"]), files.read("leaves.txt").decode().split()[1::2]
    assert {sha256(b"\x00" + salt + one.id.bytes).hexdigest() for one in rows} == set(leaves)
    lines = files.read("leaves.txt").decode().splitlines()
    for number, step in enumerate(told["steps"]):
        own = [bytes.fromhex(line.split()[1]) for line in lines if line.startswith(f"{number} ")]
        assert merkle.root(own).hex() == step["root"]
    days = {f"conversations_callcontent_standard_{one.day:%Y%m%d}" for one in rows}
    assert {one["dropped"] for one in told["steps"] if one["gone"]} == days
    signed = bundles.unpack(bytes(run.bundle or b""))
    assert bundles.settle(signed.id, at=NOW)
    assert manifest.archive(run, at=NOW) == manifest.archive(run, at=NOW + timedelta(days=1))


def test_numbers_stay_to_the_unit_when_the_words_go() -> None:
    subject = holds.make_subject()
    rows = stage.talk(subject, [NOW - timedelta(days=number) for number in range(1, 60)])
    for one in rows:
        Call.objects.create(
            day=one.day, id=one.id, at=NOW, route="/v1/chat/completions", source="api", assistant=one.assistant,
            subject=subject, status=200, tokens_in=one.day.day, tokens_out=7, stored="standard",
        )  # fmt: skip
    sums = list(Call.objects.order_by("day").values_list("day", "tokens_in", "tokens_out", "count"))
    stage.carried_out(stage.agreed())
    assert CallContent.objects.count() == 29
    assert list(Call.objects.order_by("day").values_list("day", "tokens_in", "tokens_out", "count")) == sums


def test_a_first_run_waits_for_two_people_and_a_day(pia: User, adam: User) -> None:
    stage.over_90_days(holds.make_subject())
    at = clock.now()
    run = planning.begin(actor=holds.fresh(pia), reason="manual", at=at)
    assert run is not None
    assert run.needs == [{"rule": "standard", "why": "first"}]
    asked = planning.ask(actor=holds.fresh(pia), run=run, reason=holds.REASON, at=at)
    holds.approve(adam, asked)
    run.refresh_from_db()
    assert run.state == State.APPROVED
    assert run.begins_at is not None
    assert timedelta(hours=23, minutes=59) < run.begins_at - at <= timedelta(hours=24, minutes=1)
    clockwork.tick(run.begins_at - timedelta(seconds=1))
    assert not Job.objects.filter(name=planning.JOB).exists()
    clockwork.tick(run.begins_at)
    assert Job.objects.filter(name=planning.JOB).count() == 1
    with pytest.raises(planning.OneRuns):
        planning.begin(actor=holds.fresh(pia), reason="manual", at=at)


def test_one_run_a_day_and_a_missed_one_is_caught_up_once() -> None:
    two = datetime(2026, 11, 20, 2, 0, 5, tzinfo=UTC)
    clockwork.tick(two)
    clockwork.tick(two + timedelta(minutes=5))
    run = Run.objects.get()
    assert (run.reason, run.state) == ("schedule", State.APPROVED)
    stage.carried_out(run)
    for minutes in (0, 5, 10):
        clockwork.tick(two + timedelta(days=3, hours=5, minutes=minutes))
    assert list(Run.objects.order_by("made_at").values_list("reason", flat=True)) == ["schedule", "catch_up"]


def test_one_switch_stops_it_between_two_steps_and_it_goes_on(pia: User) -> None:
    stage.over_90_days(holds.make_subject())
    run = stage.agreed()
    switch.stop(actor=holds.fresh(pia), at=NOW)
    run = stage.carried_out(run)
    assert (run.state, CallContent.objects.count()) == (State.FAILED, 300)
    assert "stopped" in run.problem
    with pytest.raises(deletion.Stopped):
        running.resume(actor=holds.fresh(pia), run=run, at=NOW)
    switch.let_go(actor=holds.fresh(pia), at=NOW)
    running.resume(actor=holds.fresh(pia), run=run, at=NOW)
    assert stage.carried_out(run).state == State.COMPLETED
    assert CallContent.objects.count() == 100


def test_a_stopped_run_keeps_what_is_left_and_resumes(pia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.over_90_days(holds.make_subject())
    run = stage.agreed()
    original = running._step

    def step(*given: Any) -> bool:
        more = original(*given)
        running.abort(actor=holds.fresh(pia), run=run, at=NOW)
        return more

    with monkeypatch.context() as patch:
        patch.setattr(running, "_step", step)
        run = stage.carried_out(run)
    assert run.state == State.ABORTED
    assert 100 < CallContent.objects.count() < 300
    running.resume(actor=holds.fresh(pia), run=run, at=NOW)
    assert stage.carried_out(run).state == State.COMPLETED
    assert Run.objects.filter(bundle__isnull=False).count() == 1


@pytest.mark.parametrize("approved", [True, False])
def test_what_was_called_off_before_it_began_never_runs(pia: User, approved: bool) -> None:
    stage.over_90_days(holds.make_subject())
    found = stage.agreed() if approved else planning.begin(actor=holds.fresh(pia), reason="manual", at=NOW)
    assert found is not None
    run = running.abort(actor=holds.fresh(pia), run=found, at=NOW)
    assert not Job.objects.filter(name=planning.JOB).exclude(state="cancelled").exists()
    with pytest.raises(planning.NotPossible):
        running.resume(actor=holds.fresh(pia), run=run, at=NOW + timedelta(days=9))
    clockwork.tick(NOW + timedelta(hours=1))
    run.refresh_from_db()
    assert (run.state, CallContent.objects.count()) == (State.WITHDRAWN, 300)


@pytest.mark.parametrize("stop_after", range(1, 11))
def test_a_worker_that_dies_leaves_whole_steps(stop_after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.talk(holds.make_subject(), [NOW - timedelta(days=31 + number) for number in range(10)])
    run, calls = stage.agreed(), 0
    original = Step.objects.create

    def create(**values: object) -> Step:
        nonlocal calls
        calls += 1
        if calls == stop_after:
            raise RuntimeError("killed")
        return original(**values)

    with monkeypatch.context() as patch:
        patch.setattr(Step.objects, "create", create)
        run = stage.carried_out(run)
    assert CallContent.objects.count() + sum(one.gone for one in queries.steps(run)) == 10
    job = jobs.latest(run.journal_ref, planning.JOB)
    assert job is not None
    Job.objects.filter(id=job.id).update(not_before=None)
    run = stage.carried_out(run)
    assert (run.state, CallContent.objects.count()) == (State.COMPLETED, 0)
    gone = [
        bytes(one.leaves)[place : place + 32] for one in queries.steps(run) for place in range(0, len(one.leaves), 32)
    ]
    assert len(gone) == len(set(gone)) == 10
