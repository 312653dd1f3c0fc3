"""Static files are collected when they changed, not at every start."""

import hashlib
from pathlib import Path

from panel.ops.services import plan

STAMP = ".collected"


def fingerprint(root: Path = plan.ROOT) -> str:
    """Changes with the lock file and with every file below static/."""
    digest = hashlib.sha256((root / "requirements.txt").read_bytes() + str(root).encode())
    for path in sorted((root / "static").rglob("*")):
        found = path.stat()
        digest.update(f"{path.relative_to(root)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collected(folder: Path) -> bool:
    stamp = folder / STAMP
    return stamp.exists() and stamp.read_text() == fingerprint()


def remember(folder: Path) -> None:
    (folder / STAMP).write_text(fingerprint())
