"""Hours of faults: calls go on while everything is killed at random. `SOAK_MINUTES=600 make soak`; `SOAK_SEED` repeats a run."""

import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.panel.ops.panel_run import PanelRun, family
from tests.panel.ops.test_records import complete
from tests.panel.ops.test_supervisor import CHILDREN
from tests.panel.ops.traffic import Caller

MINUTES = float(os.environ.get("SOAK_MINUTES", "0"))
pytestmark = [pytest.mark.soak, pytest.mark.skipif(not MINUTES, reason="`make soak` says how long")]
SEED = int(os.environ.get("SOAK_SEED", "0")) or int(time.time())


def kilobytes(run: PanelRun) -> int:
    """Resident memory of the whole family, shared pages counted in parts."""
    total = 0
    for pid in family(run.pid):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def call_for_ever(caller: Caller, over: threading.Event, statuses: Counter[int]) -> None:
    number = 0
    while not over.is_set():
        number += 1
        statuses[caller.call(stream=number % 2 == 0)] += 1
        time.sleep(0.02)


def hurt(run: PanelRun, dice: random.Random) -> PanelRun:
    """One fault; returns the run that lives after it."""
    fault = dice.choice([*CHILDREN, *CHILDREN, "inner", "supervisor", "everything"])
    if fault in CHILDREN:
        os.kill(run.child(*CHILDREN[fault]), signal.SIGKILL)
        return run
    if fault == "inner":
        victims = [pid for name in ("gateway", "panel", "worker") for pid in family(run.child(*CHILDREN[name]))]
        os.kill(dice.choice(victims), signal.SIGKILL)
        return run
    if fault == "everything":
        run.kill_all()
    else:
        assert run.process is not None
        run.process.kill()
        run.process.communicate()
    again = PanelRun(run.data, port=run.port, demo=True)
    again.start()
    return again


def test_no_answered_call_is_lost_through_hours_of_faults(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    run = PanelRun(tmp_path / "demo", demo=True)
    run.start()
    run.wait_ready()
    caller, over, statuses = Caller(run), threading.Event(), Counter[int]()
    calling = [threading.Thread(target=call_for_ever, args=(caller, over, statuses)) for _ in range(4)]
    for thread in calling:
        thread.start()
    end = time.monotonic() + MINUTES * 60
    faults, before = 0, 0
    try:
        while time.monotonic() < end:
            time.sleep(dice.uniform(1, 10))
            run = hurt(run, dice)
            faults += 1
            run.wait_ready(60)
            before = before or kilobytes(run)
    finally:
        over.set()
        for thread in calling:
            thread.join()
    caller.run = run
    try:
        complete(caller, 120)
        after = kilobytes(run)
    finally:
        run.stop()
    print(f"\nseed {SEED}: {faults} faults, {len(caller.answered)} answered, {dict(statuses)}, {before} -> {after} kB")  # noqa: T201
    assert after < before * 1.5
    assert len(caller.answered) > faults
