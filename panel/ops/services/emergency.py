"""The stop file: every gateway worker polls it and answers nothing while it is there, database or not."""

from pathlib import Path


def stop(data_dir: Path) -> Path:
    """Write the stop file; returns where it is. Raises OSError."""
    path = data_dir / "run" / "stop"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(0o600)
    return path


def resume(data_dir: Path) -> bool:
    """Take the stop file away; returns whether there was one. Raises OSError."""
    path = data_dir / "run" / "stop"
    found = path.exists()
    path.unlink(missing_ok=True)
    return found


def is_on(data_dir: Path) -> bool:
    return (data_dir / "run" / "stop").exists()
