"""Slots, and that any number of beats sends each of them once."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery.schedules import crontab
from django.db import DatabaseError, connection, connections
from hypothesis import given
from hypothesis import strategies as st
from kombu.exceptions import OperationalError

from panel.celery import app
from panel.kernel import clock, jobs
from panel.kernel.models import Job, Scheduled
from panel.kernel.registries import jobs as kinds
from panel.kernel.work import notes, slots
from panel.kernel.work.beat import Scheduler
from tests.factories.trials import Declare, nothing

NOON = datetime(2026, 3, 29, 12, 0, 30, tzinfo=UTC)  # a Sunday
HOUR = timedelta(hours=1)


class TestSlots:
    @pytest.mark.parametrize(
        ("every", "newest", "next_one"),
        [
            (timedelta(minutes=1), "2026-03-29T12:00:00", "2026-03-29T12:01:00"),
            (crontab(minute="0", hour="3"), "2026-03-29T03:00:00", "2026-03-30T03:00:00"),
            (crontab(minute="30", hour="*/6"), "2026-03-29T06:30:00", "2026-03-29T12:30:00"),
            (crontab(minute="0", hour="2", day_of_week="sun"), "2026-03-29T02:00:00", "2026-04-05T02:00:00"),
            (crontab(minute="0", hour="0", day_of_month="31"), "2026-01-31T00:00:00", "2026-03-31T00:00:00"),
            (crontab(0, 0, day_of_month="29", month_of_year="2"), "2024-02-29T00:00:00", "2028-02-29T00:00:00"),
        ],
    )
    def test_the_newest_and_the_next(self, every: Any, newest: str, next_one: str) -> None:
        assert slots.current(every, NOON).isoformat() == f"{newest}+00:00"
        assert slots.following(every, NOON).isoformat() == f"{next_one}+00:00"

    @given(st.integers(0, 500_000_000), st.integers(1, 100_000))
    def test_a_slot_is_its_own_newest_and_the_next_is_later(self, after: int, seconds: int) -> None:
        at = NOON + timedelta(seconds=after)
        for every in (timedelta(seconds=seconds), crontab(minute="5,35", hour="*/3")):
            slot = slots.current(every, at)
            assert slot <= at < slots.following(every, at)
            assert slots.current(every, slot) == slot


@pytest.mark.django_db
class TestClaim:
    def test_a_slot_is_claimed_once_and_missed_ones_count_as_one(self) -> None:
        first = slots.current(HOUR, NOON)
        assert [slots.claim("x.y", first), slots.claim("x.y", first)] == ["first", ""]
        later = first + 5 * HOUR
        assert [slots.claim("x.y", later), slots.claim("x.y", later - HOUR), slots.claim("x.y", later)] == [
            "claimed",
            "",
            "",
        ]

    def test_a_clock_that_was_set_back_begins_anew(self) -> None:
        slots.claim("x.y", NOON)
        assert slots.claim("x.y", NOON - timedelta(days=1)) == "claimed"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr("panel.kernel.work.delivery.send", lambda name, *_args, **_options: names.append(name))
    return names


@pytest.mark.django_db
class TestBeat:
    def test_a_period_begins_at_once_and_an_hour_of_the_day_waits(
        self, long_job: Declare, sent: list[str], test_clock: Any
    ) -> None:
        kinds._kinds.clear()
        long_job(nothing, every=HOUR, name="kernel.period")
        long_job(nothing, every=crontab(minute="0", hour="3"), name="kernel.nightly")
        test_clock(NOON)
        Scheduler(app).tick()
        assert [job.name for job in Job.objects.all()] == ["kernel.period"]
        test_clock(NOON + timedelta(hours=16))
        Scheduler(app).tick()
        assert sorted(Job.objects.values_list("name", flat=True)) == ["kernel.nightly", "kernel.period"]

    def test_a_long_job_that_still_runs_is_not_started_twice(
        self, long_job: Declare, sent: list[str], test_clock: Any
    ) -> None:
        kinds._kinds.clear()
        name = long_job(nothing, every=HOUR)
        beat = Scheduler(app)
        for hours in range(3):
            test_clock(NOON + hours * HOUR)
            beat.tick()
        assert Job.objects.count() == 1
        jobs.perform(Job.objects.get())
        assert Scheduled.objects.get(name=name).outcome == "done"

    def test_a_slot_that_the_broker_did_not_take_is_tried_again(
        self, monkeypatch: pytest.MonkeyPatch, sent: list[str]
    ) -> None:
        def away(*_args: Any, **_options: Any) -> None:
            raise OperationalError("gone")

        beat = Scheduler(app)
        with monkeypatch.context() as patch:
            patch.setattr("panel.kernel.work.delivery.send", away)
            patch.setattr("django.db.connection.close", lambda: None, raising=False)
            assert beat.tick() == 1.0
        assert not Scheduled.objects.exists()
        beat.tick()
        assert {"journal.seal", "ops.tend_jobs"} <= set(sent)


@pytest.mark.django_db(transaction=True)
def test_eight_beats_at_once_send_each_slot_once(sent: list[str], test_clock: Any) -> None:
    short = [kind.name for kind in kinds.scheduled() if isinstance(kind.every, timedelta)]
    beats = [Scheduler(app) for _ in range(8)]
    for second in range(5):
        test_clock(NOON + second * timedelta(hours=24))
        threads = [threading.Thread(target=_tick, args=(beat,)) for beat in beats]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert sorted(sent) == sorted(short * 5)


def _tick(beat: Scheduler) -> None:
    try:
        beat.tick()
    finally:
        connections.close_all()


@pytest.mark.django_db
class TestNotes:
    def run(self, name: str, state: str, value: object = None) -> None:
        notes._written.clear()
        notes.before("id")
        notes.after("id", app.tasks[name], value, state)

    def test_the_last_outcome_of_a_short_task_is_kept(self) -> None:
        slots.claim("signin.tidy", clock.now())
        self.run("signin.tidy", "FAILURE", DatabaseError("secret"))
        row = Scheduled.objects.get(name="signin.tidy")
        assert (row.outcome, row.error_code) == ("failed", "DatabaseError")
        self.run("signin.tidy", "SUCCESS")
        row.refresh_from_db()
        assert (row.outcome, row.error_code) == ("done", "")
        assert row.started_at
        assert row.ended_at
        assert row.started_at <= row.ended_at

    def test_an_unchanged_outcome_is_not_written_each_second(self) -> None:
        slots.claim("journal.seal", clock.now())
        self.run("journal.seal", "SUCCESS")
        before = Scheduled.objects.get(name="journal.seal").ended_at
        notes.before("id")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(connection, "cursor", None)
            notes.after("id", app.tasks["journal.seal"], None, "SUCCESS")
        assert Scheduled.objects.get(name="journal.seal").ended_at == before
