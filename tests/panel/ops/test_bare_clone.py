"""From a bare copy of the tree to a panel, by `make`, as root and as an ordinary user."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.panel.ops.panel_run import ROOT, alive, family, free_port

pytestmark = pytest.mark.slow
SYSTEM_PYTHON = Path("/usr/bin/python3")
NOBODY = pwd.getpwnam("nobody")


def _good_python(who: int) -> bool:
    """A Python that the other user can run; one below somebody's closed home is none."""
    program = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    done = subprocess.run([SYSTEM_PYTHON, "-c", program], check=False, capture_output=True, user=who, cwd="/")
    return done.returncode == 0


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """A copy of the tracked files, in a folder with a space, below a home that is closed to others."""
    base = Path("/tmp") / f"panel clone {os.getpid()}"
    home = base / "home"
    home.mkdir(parents=True)
    base.chmod(0o755)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = home / "the clone" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    home.chmod(0o700)
    yield home / "the clone"
    shutil.rmtree(base)


@pytest.mark.parametrize("who", ["root", "nobody"])
def test_make_up_works_from_a_bare_clone(clone: Path, who: str) -> None:
    account = pwd.getpwnam(who)
    if os.geteuid() != 0 and account.pw_uid != os.geteuid():
        pytest.skip("only root can become another user")
    if not _good_python(account.pw_uid):
        pytest.skip("the system's Python is too old or has no venv")
    home = clone.parent
    for path in [home, *home.rglob("*")]:
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    port = free_port()
    packaging = {key: value for key, value in os.environ.items() if key.startswith(("PIP_", "UV_", "SSL_CERT", "HTTP"))}
    made = subprocess.Popen(
        ["make", "-C", clone, "up"],
        cwd="/",
        env={**packaging, "PATH": "/usr/bin:/bin", "HOME": str(home), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
    )
    assert made.stdout is not None
    said = ""
    for line in made.stdout:
        said += line
        if line.startswith("Open http"):
            break
    everybody = family(made.pid)
    try:
        assert f"Open http://localhost:{port}/" in said, said[-2000:]
        assert home.stat().st_mode & 0o777 == 0o700
    finally:
        made.send_signal(signal.SIGTERM)
        made.communicate(timeout=40)
    assert {pid: line for pid, line in everybody.items() if alive(pid)} == {}


def test_a_second_make_changes_nothing_and_a_moved_clone_is_seen(clone: Path) -> None:
    def venv(folder: Path) -> str:
        done = subprocess.run(["make", "-C", folder, "venv"], capture_output=True, text=True, check=True, cwd="/")
        return done.stderr

    assert "Installing" in venv(clone)
    assert venv(clone) == ""
    moved = clone.rename(clone.with_name("moved"))
    assert "Installing" in venv(moved)
    assert venv(moved) == ""


def test_a_python_that_is_too_old_is_one_sentence(clone: Path, tmp_path: Path) -> None:
    for tool in ("sh", "dirname", "cat", "cut", "make"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ncase "$2" in *platform*) echo 3.9.2;; *) exit 1;; esac\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["sh", clone / "panel/ops/deploy/bootstrap.sh"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "needs Python 3.11 or newer, and this machine has 3.9.2" in done.stderr
