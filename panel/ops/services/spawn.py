"""Start a child of the supervisor: own session, own log, a user to drop to, and a signal that follows our death."""

import contextlib
import ctypes
import multiprocessing
import os
import pwd
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from panel.ops.services.faults import CannotStart

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class OsUser:
    name: str
    uid: int
    gid: int


def server_user() -> OsUser | None:
    """Whom PostgreSQL and Valkey drop to: nobody changes user but root. Raises CannotStart for an unknown name."""
    if os.geteuid() != 0:
        return None
    if sys.platform != "linux":
        raise CannotStart("On this system the panel does not run as root: start it as an ordinary user.")
    wanted = os.environ.get("PANEL_DB_OS_USER", "")
    for name in [wanted] if wanted else ["clawpanel", "nobody"]:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return OsUser(name, entry.pw_uid, entry.pw_gid)
    raise CannotStart(f"There is no user {wanted or 'nobody'!r} to run the database as: set PANEL_DB_OS_USER.")


def die_with_parent(by: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to end this process when its parent ends (Linux; elsewhere the next start cleans up)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0)


def _in_child(parent: int, by: signal.Signals) -> Callable[[], None]:
    def prepare() -> None:
        die_with_parent(by)
        if os.getppid() != parent:  # the parent ended before the request
            os._exit(1)

    return prepare


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: Path | None = None,
    cwd: str | Path = "/",
    user: OsUser | None = None,
    pass_fds: Sequence[int] = (),
    stdin: int = subprocess.DEVNULL,
    ends_by: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Popen in its own session. `log` collects both outputs (0600); without it they go to our own stderr.

    The death signal follows the *thread* that spawns, so spawn from the main thread only.
    """
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if log else os.dup(2)
    try:
        return subprocess.Popen(  # noqa: S603 - our own argument lists, no shell
            [str(part) for part in argv],
            env=dict(env),
            cwd=cwd,
            stdin=stdin,
            stdout=out,
            stderr=out,
            pass_fds=tuple(pass_fds),
            start_new_session=True,
            preexec_fn=_in_child(os.getpid(), ends_by),  # noqa: PLW1509 - one prctl; the supervisor has one thread
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )
    finally:
        os.close(out)


def own(path: Path, user: OsUser | None) -> Path:
    """Make a 0700 folder that belongs to the user who will write into it."""
    path.mkdir(mode=0o700, exist_ok=True)
    if user:
        os.chown(path, user.uid, user.gid)
    path.chmod(0o700)
    return path


def tail(log: Path, size: int = 600) -> str:
    """The end of a log, in one line."""
    try:
        text = log.read_bytes()[-size:].decode(errors="replace")
    except OSError:
        return ""
    return " ".join(text.split())


def die_with_server() -> None:
    """For the worker processes of granian and Celery: end at once when the process that forked them is killed."""
    parent = multiprocessing.parent_process()
    if _libc is None or parent is None:
        return
    die_with_parent(signal.SIGKILL)
    if parent.pid != os.getppid():
        os._exit(1)


def set_limits() -> None:
    """What every child inherits: private files, no core dump with keys in it, and descriptors for a thousand streams."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def bury_orphans(own: set[int]) -> None:
    """As a container's first process we inherit the dead of others; `own` are waited for by their owners."""
    if os.getpid() != 1:
        return
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is None or found.si_pid in own:
            return
        os.waitpid(found.si_pid, 0)
