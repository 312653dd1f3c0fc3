"""One child of the supervisor: start it, see that it ended, start it again with growing pauses, end it in time."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Protocol

PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
# A child that ran this long was well; its next pause is the shortest again.
WELL_SECONDS = 60.0


class Runner(Protocol):
    """What can be started: the embedded servers and the plan's processes."""

    name: str
    process: "subprocess.Popen[bytes] | None"

    def launch(self) -> None: ...


class Child:
    """A runner with its back-off. Times are seconds of the monotonic clock."""

    def __init__(self, runner: Runner, *, ends_by: signal.Signals = signal.SIGTERM) -> None:
        self.runner, self.ends_by = runner, ends_by
        self.failures = 0
        self.started = 0.0
        self.again_at = 0.0

    @property
    def name(self) -> str:
        return self.runner.name

    @property
    def pid(self) -> int:
        return self.runner.process.pid if self.runner.process else 0

    def alive(self) -> bool:
        return self.runner.process is not None and self.runner.process.poll() is None

    def launch(self) -> None:
        self.started = time.monotonic()
        self.again_at = 0.0
        self.runner.launch()

    def tend(self, say: Callable[[str], None]) -> None:
        """Start it again when it is dead and its pause is over."""
        now = time.monotonic()
        if self.alive() or now < self.again_at:
            return
        if self.again_at == 0.0:
            self.failures = 0 if now - self.started > WELL_SECONDS else self.failures
            pause = PAUSES[min(self.failures, len(PAUSES) - 1)]
            self.failures += 1
            self.again_at = now + pause
            say(f"{self.name} ended ({_cause(self.runner.process)}); it starts again in {pause:g} s.")
            return
        try:
            self.launch()
        except OSError as error:  # no memory or no room now; the next turn tries again
            say(f"{self.name} could not be started: {error.strerror}.")
            self.again_at = now + PAUSES[-1]

    def ask_to_end(self) -> None:
        if self.alive() and self.runner.process:
            with contextlib.suppress(ProcessLookupError):
                self.runner.process.send_signal(self.ends_by)

    def end_now(self) -> None:
        """SIGKILL for the child and whatever still is in its session's group."""
        if self.runner.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.runner.process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.runner.process.wait(2)


def end(children: list[Child], seconds: float) -> None:
    """Ask them all to end, wait together, then kill what is left."""
    for child in children:
        child.ask_to_end()
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(child.alive() for child in children):
        time.sleep(0.02)
    for child in children:
        child.end_now()


def _cause(process: "subprocess.Popen[bytes] | None") -> str:
    code = process.returncode if process else None
    if code is None or code >= 0:
        return f"status {code}"
    return signal.Signals(-code).name if -code in signal.valid_signals() else f"signal {-code}"
