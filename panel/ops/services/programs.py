"""The plan's processes and management commands, started with the environment they are listed with."""

import contextlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from panel.ops.services import plan
from panel.ops.services.faults import CannotStart
from panel.ops.services.spawn import die_with_parent, spawn, tail

LOG_BYTES = 20 * 2**20


class Program:
    """A serving process. `hold` is the data directory's lock: it stays locked until the last of them is gone."""

    def __init__(self, process: plan.Process, settings: Mapping[str, str], logs: Path, hold: int) -> None:
        self.name = process.name
        self.process: subprocess.Popen[bytes] | None = None
        self._plan, self._settings, self._log, self._hold = process, settings, logs / f"{process.name}.log", hold

    def launch(self) -> None:
        clear_way(self._plan, self._settings)
        self.process = spawn(
            plan.arguments(self._plan, self._settings),
            env=plan.environment(self._settings, self._plan.secrets, self.name),
            log=self._log,
            cwd=plan.ROOT,
            pass_fds=[self._hold],
        )


def clear_way(process: plan.Process, settings: Mapping[str, str]) -> None:
    """A socket that a killed server left behind would keep its successor from listening."""
    if "{PANEL_SOCKET}" in process.argv:
        Path(settings["PANEL_SOCKET"]).unlink(missing_ok=True)


class Commands:
    """Management commands that run before and beside the serving processes, with the owner's settings."""

    def __init__(self, settings: Mapping[str, str], logs: Path) -> None:
        self.settings, self.log = settings, logs / "prepare.log"
        self._begun: list[subprocess.Popen[bytes]] = []

    def begin(self, *words: str) -> "subprocess.Popen[bytes]":
        self.log.touch(0o600)
        with self.log.open("ab") as out:
            running = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "manage.py", *words],
                cwd=plan.ROOT,
                env=plan.environment(self.settings, plan.GUARDED, "command"),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=out,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call; the supervisor has one thread
            )
        self._begun.append(running)
        return running

    def end(self) -> None:
        """Kill what is still running: a start was broken off."""
        for running in self._begun:
            if running.poll() is None:
                running.kill()
                running.wait()

    def finish(self, running: "subprocess.Popen[bytes]") -> str:
        """Wait for it; returns what it printed. Raises CannotStart with the command's own sentence."""
        with running:
            printed = (running.stdout.read() if running.stdout else b"").decode(errors="replace")
        if running.returncode:
            words = running.args[2:] if isinstance(running.args, list) else []
            raise CannotStart(self._reason(f"manage.py {' '.join(str(word) for word in words)}"))
        return printed

    def run(self, *words: str) -> str:
        return self.finish(self.begin(*words))

    def _reason(self, command: str) -> str:
        said = [line for line in self.log.read_text(errors="replace").splitlines() if line.startswith("CommandError: ")]
        ending = tail(self.log, 400)
        if said and ending.endswith(" ".join(said[-1].split())[-300:]):
            return said[-1].removeprefix("CommandError: ")
        return f"{command} failed. {self.log} ends: {ending}"


def turn_logs(folder: Path) -> None:
    """Keep each log below 20 MB, with one before it. The writers append, so a log is emptied in place."""
    for log in folder.glob("*.log"):
        with contextlib.suppress(OSError):
            if log.stat().st_size > LOG_BYTES:
                before = log.with_suffix(".log.1")
                before.unlink(missing_ok=True)
                before.touch(0o600)
                before.write_bytes(log.read_bytes())
                with log.open("r+b") as file:
                    file.truncate(0)
