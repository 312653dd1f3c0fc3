"""The data directory: one folder that holds everything the installation is, locked by the supervisor that uses it."""

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from panel.ops.services.faults import CannotStart

# A cluster with nothing in it takes 45 MB; less room than this and PostgreSQL stops in the middle of its work.
ROOM_MB = 100
# sun_path holds 107 bytes; the longest name below is "/pg/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 85
LAST_RUN_ENDS_SECONDS = 15.0


@dataclass(frozen=True)
class Layout:
    """The folders of an installation. `sockets` is `run`, or a short temporary folder where that path is too long."""

    data: Path
    sockets: Path

    @property
    def keys(self) -> Path:
        return self.data / "keys"

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def log(self) -> Path:
        return self.data / "log"

    @property
    def environment_file(self) -> Path:
        return self.run / "env.json"

    @property
    def stop_file(self) -> Path:
        return self.run / "stop"

    @property
    def panel_socket(self) -> Path:
        return self.sockets / "panel.sock"


def _sentence(error: OSError, data: Path) -> str:
    if error.errno == errno.EROFS:
        return f"The data directory {data} is on a read-only disk: set PANEL_DATA_DIR to a place that can be written."
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk of {data} is full: free at least {ROOM_MB} MB."
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"The data directory {data} cannot be written by this user: give it to them, or set PANEL_DATA_DIR."
    return f"The data directory {data} cannot be used: {error.strerror}."


def prepare(data: Path) -> Layout:
    """Make the folders (0700) and see that they can be written. Raises CannotStart with one sentence."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("keys", "run", "spool", "static", "log"):
            folder = data / name
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
        with tempfile.TemporaryFile(dir=data) as probe:
            probe.write(b"x" * 65536)
            probe.flush()
            os.fsync(probe.fileno())
        free = shutil.disk_usage(data).free // 2**20
        sockets = _socket_folder(data / "run")
    except OSError as error:
        raise CannotStart(_sentence(error, data)) from None
    if free < ROOM_MB:
        raise CannotStart(f"The disk of {data} is full: {free} MB are free, and the panel needs {ROOM_MB} MB.")
    return Layout(data, sockets)


def _socket_folder(run: Path) -> Path:
    if len(os.fsencode(run)) <= LONGEST_SOCKET_FOLDER:
        return run
    remembered = run / "sockets"
    with contextlib.suppress(OSError):
        known = Path(remembered.read_text())
        found = known.lstat()
        if known.is_dir() and not known.is_symlink() and found.st_uid == os.geteuid() and not found.st_mode & 0o077:
            return known
    folder = Path(tempfile.mkdtemp(prefix="panel-"))
    remembered.write_text(str(folder))
    return folder


def leave(place: Layout) -> None:
    """Take away what only a running panel needs."""
    with contextlib.suppress(OSError):
        place.environment_file.unlink(missing_ok=True)
        if place.sockets != place.run:
            shutil.rmtree(place.sockets, ignore_errors=True)
            (place.run / "sockets").unlink(missing_ok=True)


def lock(data: Path) -> int:
    """Take the data directory; returns the descriptor that holds it, which the children inherit.

    Waits for the leftovers of a killed run to end. Raises CannotStart when a living supervisor has it.
    """
    try:
        handle = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotStart(_sentence(error, data)) from None
    end = time.monotonic() + LAST_RUN_ENDS_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            holder = os.pread(handle, 20, 0).decode(errors="replace").strip()
            if _alive(holder) or time.monotonic() > end:
                os.close(handle)
                raise CannotStart(
                    f"The data directory {data} is in use by another panel (process {holder or 'unknown'}):"
                    " stop that one, or set PANEL_DATA_DIR."
                ) from None
            time.sleep(0.1)
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
    return handle


def _alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[:1]
    except FileNotFoundError:  # no /proc: the signal reached somebody
        return True
    except OSError:
        return False


def write_private(path: Path, text: str) -> None:
    """Replace a file whole, readable by its owner only."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
