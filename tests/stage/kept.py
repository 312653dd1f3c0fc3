"""A prepared cluster kept between test runs, for those who run tests all day: `PANEL_TEST_CACHE=/tmp/panel-test-cache`.

Making a cluster and preparing the template is most of what a small run costs. Its key is the content of everything that the
preparation reads; a change there makes another one. Without the variable, as in CI, each run prepares its own.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

KEEP = 6
"""Clusters that stay, the ones used last; each has about 60 MB."""
PARTS = ("panel", "accounts", "compliance", "assistants")
READ = (
    "migrations",
    "hooks",
    "models",
    "rules",
    "kernel",
    "journal",
    "management",
    "services/layout",
    "embedded",
    "settings",
)
COPIED = ("keys", "pg/data")


def key(root: Path) -> str:
    """The hash of everything that may decide what a prepared database holds."""
    digest = hashlib.sha256(sys.version.encode())
    files = [root / "requirements-dev.txt", *sorted(file for part in PARTS for file in (root / part).rglob("*.py"))]
    for file in files:
        name = file.relative_to(root).as_posix()
        if file.suffix == ".txt" or any(word in name for word in READ):
            digest.update(f"{name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:24]


def place(root: Path) -> Path | None:
    """Where this tree's cluster is or would be kept; None when nothing is kept."""
    folder = os.environ.get("PANEL_TEST_CACHE", "")
    return Path(folder) / key(root) if folder else None


def take(root: Path, folder: Path) -> str:
    """Put the kept cluster into a run's folder and return its password, "" when there is none."""
    found = place(root)
    if found is None or not (found / "password").exists():
        return ""
    for name in COPIED:
        (folder / name).parent.mkdir(exist_ok=True)
        subprocess.run(["cp", "-a", str(found / name), str(folder / name)], check=True)
    os.utime(found)
    (folder / "template.done").touch()
    return (found / "password").read_text()


def keep(root: Path, folder: Path, password: str) -> None:
    """Keep a run's cluster after its server stopped in order. It holds the template only."""
    goal = place(root)
    if goal is None or goal.exists() or not (folder / "template.done").exists():
        return
    goal.parent.mkdir(exist_ok=True)
    goal.parent.chmod(0o711)
    new = goal.with_name(f"{goal.name}.{os.getpid()}")
    for name in COPIED:
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", str(folder / name), str(new / name)], check=True)
    (new / "password").write_text(password)
    try:
        new.rename(goal)
    except OSError:
        shutil.rmtree(new, ignore_errors=True)
    for old in sorted(goal.parent.iterdir(), key=lambda one: -one.stat().st_mtime)[KEEP:]:
        shutil.rmtree(old, ignore_errors=True)
