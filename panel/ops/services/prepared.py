"""A database that this very code has prepared is not prepared again: the next start saves a whole Django.

The mark stands in the database itself (its comment) with the state of its migrations, so that a database that was restored
or changed by other hands is prepared anew.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from panel.kernel import clock
from panel.ops.services import plan

STAMP = ".collected"
PACKAGES = ("panel", "accounts", "compliance", "assistants")
# As in panel.kernel.db.partitions, which would bring Django with it.
BEHIND, AHEAD = timedelta(days=7), timedelta(days=35)
_STATE = """
    SELECT shobj_description(oid, 'pg_database'),
           (SELECT count(*) || '/' || max(id) || '/' || max(applied) FROM django_migrations)
    FROM pg_database WHERE datname = current_database()
"""


def fingerprint(settings: Mapping[str, str]) -> str:
    """Changes with the code, the lock file, the mode, the key rings and the role that works."""
    digest = hashlib.sha256((plan.ROOT / "requirements.txt").read_bytes())
    for package in PACKAGES:
        for path in sorted((plan.ROOT / package).rglob("*.py")):
            found = path.stat()
            digest.update(f"{path.relative_to(plan.ROOT)} {found.st_size} {found.st_mtime_ns}\n".encode())
    for name in ("PANEL_MODE", "PANEL_KEK_SERVING", "PANEL_KEK_CONTENT", "DATABASE_URL"):
        value = settings.get(name, "")
        digest.update(f"{name}={value}\n".encode())
        if value.startswith("file:"):
            digest.update(Path(value.removeprefix("file:")).read_bytes())
    return digest.hexdigest()


def is_prepared(settings: Mapping[str, str]) -> bool:
    """Whether this code prepared this database; if so, room is made for the days to come."""
    today = clock.now().date()
    try:
        with psycopg.connect(settings["DATABASE_OWNER_URL"], connect_timeout=5) as connection:
            row = connection.execute(_STATE).fetchone()
            if row is None or row[0] != f"prepared {fingerprint(settings)} {row[1]}":
                return False
            connection.execute("SELECT ensure_partitions(%s, %s)", [today - BEHIND, today + AHEAD])
    except (psycopg.Error, OSError):
        return False
    return True


def remember(settings: Mapping[str, str]) -> None:
    """Set the mark. An owner who may not comment on the database has it prepared at every start."""
    try:
        with psycopg.connect(settings["DATABASE_OWNER_URL"], connect_timeout=5) as connection:
            row = connection.execute(_STATE).fetchone()
            if row is not None:
                mark = sql.Literal(f"prepared {fingerprint(settings)} {row[1]}")
                name = sql.Identifier(connection.info.dbname)
                connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, mark))
    except (psycopg.Error, OSError):
        return


def _static_fingerprint(root: Path = plan.ROOT) -> str:
    """Changes with the lock file and with every file below static/."""
    digest = hashlib.sha256((root / "requirements.txt").read_bytes() + str(root).encode())
    for path in sorted((root / "static").rglob("*")):
        found = path.stat()
        digest.update(f"{path.relative_to(root)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collected(folder: Path) -> bool:
    """Whether the static files in the folder are those of this code: they are collected when they changed only."""
    stamp = folder / STAMP
    return stamp.exists() and stamp.read_text() == _static_fingerprint()


def remember_collected(folder: Path) -> None:
    (folder / STAMP).write_text(_static_fingerprint())
