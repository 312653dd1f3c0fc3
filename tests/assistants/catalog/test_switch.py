"""The kill switch: stop an assistant everywhere, say who has not heard, and resume in one step."""

import time
from datetime import timedelta

import pytest

from assistants.catalog.models import Assistant
from assistants.catalog.services import switch
from assistants.catalog.services.changes import NotPossible
from panel.kernel import clock, ids
from panel.kernel.errors import Forbidden, Invalid
from panel.kernel.models import Worker
from panel.ui import cards
from tests.assistants.catalog.stage import CONSOLE, live, new
from tests.factories.people import actor_of, make_person

pytestmark = pytest.mark.django_db


def stop(assistant: Assistant) -> switch.Switched:
    return switch.pause(actor=CONSOLE, assistant=assistant, reason="It tells secrets", at=clock.now())


def worker(epoch: int, *, seen_ago: float = 0) -> Worker:
    seen = clock.now() - timedelta(seconds=seen_ago)
    return Worker.objects.create(id=ids.new_id(), kind="gateway", epoch=epoch, seen_at=seen, started_at=seen)


def test_a_stopped_assistant_says_who_why_and_when() -> None:
    stopped = stop(live()).assistant
    assert (stopped.state, stopped.stopped_reason, stopped.stopped_by_kind) == ("paused", "It tells secrets", "console")
    assert stopped.stopped_at is not None


def test_it_returns_at_once_when_every_worker_has_heard() -> None:
    worker(10**9)
    began = time.monotonic()
    assert stop(live()).silent == []
    assert time.monotonic() - began < 0.5


def test_it_names_the_worker_that_did_not_hear_within_a_second() -> None:
    deaf = worker(0)
    began = time.monotonic()
    assert stop(live()).silent == [str(deaf.id)]
    assert 0.9 < time.monotonic() - began < 2


def test_a_worker_that_is_gone_is_not_waited_for() -> None:
    worker(0, seen_ago=60)
    assert stop(live()).silent == []


def test_resuming_is_one_step_and_forgets_the_reason() -> None:
    stopped = stop(live()).assistant
    resumed = switch.resume(actor=CONSOLE, assistant=stopped, at=clock.now()).assistant
    assert (resumed.state, resumed.stopped_reason, resumed.stopped_at) == ("live", None, None)
    assert resumed.epoch > stopped.epoch


def test_what_does_not_answer_is_not_stopped() -> None:
    assistant = new()
    with pytest.raises(NotPossible):
        stop(assistant)
    with pytest.raises(NotPossible):
        stop(stop(live("other")).assistant)


def test_a_stop_needs_a_reason() -> None:
    with pytest.raises(Invalid):
        switch.pause(actor=CONSOLE, assistant=live(), reason=" ", at=clock.now())


def test_a_stranger_stops_nothing() -> None:
    charlie = actor_of(make_person("charlie"))
    with pytest.raises(Forbidden):
        switch.pause(actor=charlie, assistant=live(), reason="Because", at=clock.now())


def test_the_front_page_says_what_is_stopped_to_those_who_see_it() -> None:
    stop(live())
    board = cards.board(CONSOLE, clock.now())
    assert [task.title for task in board.tasks if "stopped" in task.title] == ["It-Desk is stopped"]
    charlie = actor_of(make_person("charlie"))
    assert not [task for task in cards.board(charlie, clock.now()).tasks if "stopped" in task.title]
