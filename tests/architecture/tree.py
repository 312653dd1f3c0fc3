"""The files of the project, as Git knows them (a file not yet committed counts too)."""

import ast
import subprocess
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("panel", "accounts", "compliance", "assistants")


@lru_cache(maxsize=1)
def files() -> tuple[str, ...]:
    """Paths from the root; without a Git folder (an unpacked archive) every file that is not made at run time."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        found = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    else:
        made = {"__pycache__", ".venv", "var", ".git", "node_modules"}
        paths = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        found = {str(path) for path in paths if not made.intersection(path.parts)}
    return tuple(sorted(found))


def python(*tops: str, migrations: bool = False) -> list[str]:
    """Python files under these folders (the product's when none is named)."""
    wanted = tuple(f"{top}/" for top in tops or PRODUCT)
    return [
        name
        for name in files()
        if name.endswith(".py") and name.startswith(wanted) and (migrations or "/migrations/" not in name)
    ]


@lru_cache(maxsize=2000)
def text(name: str) -> str:
    return (ROOT / name).read_text()


@lru_cache(maxsize=2000)
def parsed(name: str) -> ast.Module:
    return ast.parse(text(name))


def room(name: str) -> str:
    """ "views" of `accounts/people/views/person.py`."""
    parts = Path(name).with_suffix("").parts
    return parts[2] if len(parts) > 2 else parts[-1]
