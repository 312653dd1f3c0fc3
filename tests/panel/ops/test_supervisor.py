"""`manage.py up`, for real: it starts, repairs what is killed, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.panel.ops.panel_run import ROOT, PanelRun, alive, family

pytestmark = pytest.mark.slow
CHILDREN = {
    "gateway": ("granian", "panel.asgi"),
    "panel": ("granian", "panel.wsgi"),
    "worker": ("celery", " worker "),
    "beat": ("celery", " beat "),
    "postgres": ("postgres", "-D"),
    "valkey": ("valkey-server",),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a space in its path, under a home that is closed to others."""
    above = tmp_path_factory.mktemp("closed home")
    above.chmod(0o700)
    return above / "the data"


@pytest.fixture
def panel(home: Path) -> Iterator[PanelRun]:
    run = PanelRun(home)
    yield run
    run.__exit__()


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[PanelRun]:
    """One run for the tests that only look."""
    with PanelRun(home.with_name("looked at")) as run:
        run.wait_ready()
        yield run


def test_it_starts_answers_and_ends_without_a_trace(panel: PanelRun) -> None:
    said = panel.start()
    assert f"Open http://localhost:{panel.port}/" in said
    panel.wait_ready()
    assert panel.get("/healthz") == (200, "ok\n")
    assert panel.get("/-/ready")[0] == 404
    assert panel.stop(signal.SIGINT) < 10
    assert not (panel.data / "run" / "env.json").exists()


def test_the_second_start_takes_at_most_ten_seconds_and_sigterm_ends_it(panel: PanelRun) -> None:
    # Ten seconds of a machine that has nothing else to do: other work that waits for the cores is taken out.
    crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    begun = time.monotonic()
    panel.start()
    assert (time.monotonic() - begun) / crowd < 10
    assert panel.stop(signal.SIGTERM) < 10


def test_a_killed_child_is_started_again(panel: PanelRun) -> None:
    with panel:
        for name, words in CHILDREN.items():
            panel.wait_ready()
            killed = panel.child(*words)
            os.kill(killed, signal.SIGKILL)
            _until(lambda words=words, killed=killed: _other(panel, words, killed), f"{name} did not come back")
        panel.wait_ready()


def test_a_killed_worker_process_of_a_server_is_replaced(panel: PanelRun) -> None:
    with panel:
        for words in (CHILDREN["gateway"], CHILDREN["panel"]):
            panel.wait_ready()
            server = panel.child(*words)
            inner = [pid for pid, line in family(server).items() if "panel." in line]
            os.kill(inner[0], signal.SIGKILL)
            _until(lambda pid=inner[0]: not alive(pid), "the worker did not die")
            panel.wait_ready()


def test_everything_ends_when_the_supervisor_is_killed_and_the_next_start_recovers(home: Path) -> None:
    panel = PanelRun(home)
    panel.start()
    everybody = family(panel.pid)
    assert panel.process is not None
    panel.process.kill()
    panel.process.communicate()
    _until(lambda: not any(alive(pid) for pid in everybody), "something outlived the supervisor", seconds=10)
    with PanelRun(home, port=panel.port) as again:
        again.wait_ready()


def test_a_start_right_after_killing_everything_recovers(home: Path) -> None:
    panel = PanelRun(home)
    panel.start()
    panel.kill_all()
    with PanelRun(home, port=panel.port) as again:
        again.wait_ready()


def test_processes_see_only_the_settings_they_are_listed_with(running: PanelRun) -> None:
    seen = {name: _environment(running.child(*words)) for name, words in CHILDREN.items()}
    for name in ("gateway", "panel", "worker", "beat"):
        assert "DATABASE_OWNER_URL" not in seen[name], name
        assert "panel_app:" in seen[name]["DATABASE_URL"], name
    assert "PANEL_KEK_SERVING" in seen["gateway"]
    assert "PANEL_KEK_CONTENT" not in seen["gateway"]
    assert "PANEL_SECRET_KEY_FILE" not in seen["gateway"]
    for name in ("postgres", "valkey"):
        assert not [key for key in seen[name] if key.startswith(("PANEL_", "DATABASE_", "VALKEY_"))], name


def test_keys_and_data_are_closed_to_others(running: PanelRun) -> None:
    for path in running.data.iterdir():
        if path.is_dir():
            assert path.stat().st_mode & 0o077 == 0, path
    for path in [*(running.data / "keys").iterdir(), *(running.data / "log").iterdir()]:
        assert path.stat().st_mode & 0o077 == 0, path
    assert (running.data / "run" / "env.json").stat().st_mode & 0o777 == 0o600


def test_a_console_command_finds_the_running_services_as_the_application_role(running: PanelRun) -> None:
    env = {**running.env, "DJANGO_SETTINGS_MODULE": "panel.settings"}
    done = subprocess.run([sys.executable, "-c", _WHO], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "panel_app"


def test_the_emergency_stop_is_a_file_and_a_line_in_the_journal(running: PanelRun) -> None:
    for words in (["stop"], ["stop", "--lift"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=running.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "journal cannot be reached" not in done.stdout
        assert (running.data / "run" / "stop").exists() == (words == ["stop"])


def test_logs_are_lines_of_json_without_a_word_of_the_caller(running: PanelRun) -> None:
    marker = "canary-7f3a@example.org"
    running.get(f"/sign-in/?next={marker}")
    running.get(f"/no/such/{marker}")
    for log in (running.data / "log").iterdir():
        assert marker not in log.read_text(errors="replace"), log


def test_a_path_too_long_for_sockets_works_too(tmp_path: Path) -> None:
    with PanelRun(tmp_path / ("long" * 30)) as run:
        run.wait_ready()
        sockets = Path((run.data / "run" / "sockets").read_text())
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not sockets.exists()


_WHO = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT current_user")
    print(cursor.fetchone()[0])
    cursor.execute("CREATE TEMPORARY TABLE inbox_new (id int)")
"""


def _other(panel: PanelRun, words: tuple[str, ...], killed: int) -> bool:
    try:
        return panel.child(*words) != killed
    except AssertionError:
        return False


def _until(met: object, sentence: str, seconds: float = 20) -> None:
    assert callable(met)
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, sentence
        time.sleep(0.05)


def _environment(pid: int) -> dict[str, str]:
    raw = Path(f"/proc/{pid}/environ").read_bytes().decode()
    return dict(part.split("=", 1) for part in raw.split("\0") if "=" in part)
