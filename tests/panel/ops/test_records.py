"""What was answered is recorded, whatever is killed."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.panel.ops.panel_run import PanelRun, family
from tests.panel.ops.traffic import Caller

pytestmark = pytest.mark.slow


def complete(caller: Caller, seconds: float = 60) -> None:
    """Every answered call is recorded once, at the latest after a while."""
    end = time.monotonic() + seconds
    while missing := set(caller.answered) - set(recorded := caller.recorded()):
        assert time.monotonic() < end, f"{len(missing)} of {len(caller.answered)} answered calls are not recorded"
        time.sleep(0.5)
    assert {one: recorded[one] for one in caller.answered if recorded[one] != 1} == {}


def test_a_power_cut_loses_no_acknowledged_record(tmp_path: Path) -> None:
    run = PanelRun(tmp_path / "demo", demo=True)
    run.start()
    run.wait_ready()
    caller = Caller(run)
    for number in range(12):
        assert caller.call(stream=number % 2 == 0) == 200
    run.kill_all()
    with PanelRun(run.data, port=run.port, demo=True) as again:
        again.wait_ready()
        assert len(caller.answered) == 12
        complete(caller)


def test_jobs_go_on_after_worker_broker_and_database_were_killed(tmp_path: Path) -> None:
    with PanelRun(tmp_path / "demo", demo=True) as run:
        run.wait_ready()
        caller = Caller(run)
        for words in (("celery", " worker "), ("valkey-server",), ("postgres", "-D")):
            assert caller.call() == 200
            os.kill(run.child(*words), signal.SIGKILL)
            run.wait_ready()
        inner = list(family(run.child("celery", " worker ")))
        for pid in inner:
            os.kill(pid, signal.SIGKILL)
        assert caller.call() == 200
        complete(caller)
