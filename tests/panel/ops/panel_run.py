"""A real panel for a test: `manage.py up` in a data directory and on a port of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def family(root: int) -> dict[int, str]:
    """Every living descendant of a process: pid to command line."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    found: dict[int, str] = {}
    for pid in parents:
        above = pid
        while above in parents and above != root:
            above = parents[above]
        if above == root and pid != root and alive(pid):
            with contextlib.suppress(OSError):
                found[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return found


class PanelRun:
    """`user`: a uid to run as. Use it as a context manager; it ends the panel and fails when something is left."""

    def __init__(self, data: Path, *, port: int = 0, user: int | None = None, demo: bool = False, **extra: str) -> None:
        self.data, self.port = data, port or free_port()
        self.words = ["up", "--demo"] if demo else ["up"]
        known = ("PATH", "HOME", "LANG", "TMPDIR")
        env = {name: os.environ[name] for name in known if name in os.environ}
        self.env = {**env, "PORT": str(self.port), "PANEL_DATA_DIR": str(data), **extra}
        self.user = user
        self.process: subprocess.Popen[str] | None = None

    def begin(self) -> "PanelRun":
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", *self.words],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
        )
        return self

    def start(self) -> str:
        """Returns what it printed up to the link."""
        self.begin()
        assert self.process is not None
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if line.startswith("Open http"):
                return said
        raise AssertionError(f"The panel did not start: {said}")

    def refusal(self) -> tuple[int, str]:
        """For a start that must fail: exit status and everything it said."""
        self.begin()
        assert self.process is not None
        said, _ = self.process.communicate(timeout=60)
        return self.process.returncode, said

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def child(self, *words: str) -> int:
        """The direct child whose command line holds all the words."""
        found = [
            pid
            for pid, line in family(self.pid).items()
            if all(word in line for word in words) and _parent(pid) == self.pid
        ]
        assert len(found) == 1, (words, found)
        return found[0]

    def kill_all(self) -> None:
        """SIGKILL for the supervisor and everything below it, as a power cut would."""
        for pid in [self.pid, *family(self.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self.process is not None
        self.process.communicate()

    def stop(self, number: int = signal.SIGINT) -> float:
        """Seconds until it was gone; everything of it must be."""
        assert self.process is not None
        everybody = family(self.pid)
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.communicate(timeout=40)
        took = time.monotonic() - begun
        left = {pid: line for pid, line in everybody.items() if alive(pid)}
        assert left == {}, left
        return took

    def __enter__(self) -> "PanelRun":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.stop()
        elif self.process.stdout and not self.process.stdout.closed:
            self.process.communicate()

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait_ready(self, seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        status, body = self.get("/readyz")
        while status != 200:
            assert time.monotonic() < end, f"not ready: {status} {body}"
            time.sleep(0.1)
            status, body = self.get("/readyz")


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0
