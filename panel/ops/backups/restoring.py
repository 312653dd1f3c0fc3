"""From a verified backup to a database: tables by migrations to the backup's own state, rows, erasures, then on to today.

Runs as the owner. The rows, and the destruction of every key that was destroyed since, are one transaction.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from panel.kernel import clock
from panel.kernel.registries import backups as registry
from panel.ops.backups import upkeep
from panel.ops.backups.format import erasures, stores, tables
from panel.ops.backups.format.archive import ArchiveError, Manifest
from panel.ops.backups.format.reading import Reader

LIVE = timedelta(seconds=10)
UNFINISHED = "backups.unfinished"
_BOUNDS = re.compile(r"FOR VALUES (IN|FROM) \([^;]*\)( TO \([^;]*\))?")
_TAIL = re.compile(r"(PARTITION BY (RANGE|LIST) \(\w+\))?")
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
Told = Callable[[float, str], None]


class TargetRefused(RuntimeError):  # noqa: N818 - named after what the reader sees
    """Nothing was changed; the sentence says why and what to do."""


def is_newer(manifest: Manifest) -> bool:
    """Whether the backup was made by code that this code does not know."""
    known = set(MigrationExecutor(connection).loader.disk_migrations)
    return not {tuple(one) for one in manifest.migrations} <= known


def holds_something() -> bool:
    """Whether the database is somebody's installation. Tables without one are left of a restore that was broken off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.kernel_installation')")
        if cursor.fetchone()[0] is None:
            cursor.execute(
                "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
                " AND to_regclass('public.django_migrations') IS NULL"
            )
            return bool(cursor.fetchone()[0])
        cursor.execute("SELECT count(*) FROM kernel_installation")
        return bool(cursor.fetchone()[0])


def is_served() -> bool:
    """Whether a gateway works with this database now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.kernel_worker')")
        if cursor.fetchone()[0] is None:
            return False
        cursor.execute("SELECT count(*) FROM kernel_worker WHERE seen_at > %s", [clock.now() - LIVE])
        return bool(cursor.fetchone()[0])


def clear() -> None:
    """Everything in the database goes."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def migrate_to(manifest: Manifest) -> None:
    """The tables as they were when the backup was made."""
    executor = MigrationExecutor(connection)
    wanted = {(app, name) for app, name in manifest.migrations}
    graph = executor.loader.graph
    # Only the ends: a migration that others need would be taken for a wish to go back to it.
    needed = {parent.key for one in wanted for parent in graph.node_map[one].parents}
    executor.migrate(sorted(wanted - needed))


def fill(reader: Reader, destroyed: dict[UUID, str], told: Told) -> int:
    """Rows, sequences, and the keys that must stay destroyed, all or nothing; returns the rows.

    Raises ArchiveError, psycopg.Error.
    """
    with transaction.atomic():
        connection.ensure_connection()
        raw = connection.connection
        raw.execute("SET CONSTRAINTS ALL DEFERRED")
        # First: a table with rows that wait for their constraints cannot be given partitions.
        _partitions(raw, reader.manifest)
        _empty(raw, reader.manifest)
        expected = reader.manifest.tables
        rows = tables.load(raw, reader.read("keys"), expected, lambda *_: None)
        with raw.cursor() as cursor:
            cursor.executemany(
                "UPDATE kernel_datakey SET wrapped = NULL, destroyed_at = %s WHERE id = %s AND wrapped IS NOT NULL",
                [(at, one) for one, at in destroyed.items()],
            )
        rows += tables.load(
            raw, reader.read("database"), {k: v for k, v in expected.items() if k not in tables.KEYS}, told
        )
        for name, value in reader.manifest.sequences.items():
            raw.execute("SELECT setval(%s::regclass, %s)", [f'public."{_checked(_NAME, name)}"', value])
        raw.execute(
            "INSERT INTO kernel_setting (name, value, changed_at) VALUES (%s, 'true', %s) ON CONFLICT DO NOTHING",
            [UNFINISHED, clock.now()],
        )
        raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return rows


def _empty(raw: "psycopg.Connection[tuple[object, ...]]", manifest: Manifest) -> None:
    """Migrations put rows into some tables; the backup brings its own."""
    found = [name for name, _ in tables.data_tables(raw)]
    if missing := sorted(set(manifest.tables) - {*found, *tables.KEYS}):
        raise ArchiveError(f"The backup has a table that its migrations do not make: {missing[0]}.")
    filled = [
        name
        for name in found
        if raw.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier("public", name))).fetchone()
        == (True,)
    ]
    for name in filled:
        raw.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier("public", name)))


def _partitions(raw: "psycopg.Connection[tuple[object, ...]]", manifest: Manifest) -> None:
    """Room for every row, in the partitions that were there."""
    for parent, name, bounds, tail in manifest.partitions:
        _checked(_NAME, parent)
        _checked(_NAME, name)
        raw.execute(
            "SELECT panel_attach(%s, %s, %s, %s)", [parent, name, _checked(_BOUNDS, bounds), _checked(_TAIL, tail)]
        )


def _checked(shape: "re.Pattern[str]", text: str) -> str:
    """These words become part of a statement; a sealed manifest is no reason not to look at them."""
    if not shape.fullmatch(text):
        raise ArchiveError(f"The manifest names a partition in a way that is not known: {text[:80]}")
    return text


def files(reader: Reader, data: Path) -> int:
    """The files of every store that the backup has; returns how many. Raises ArchiveError, OSError."""
    count = 0
    for name, (folder, _) in reader.manifest.stores.items():
        target = (data / folder).resolve()
        if not target.is_relative_to(data.resolve()) or target.name in {"keys", "run", "pg"}:
            raise ArchiveError(f"The manifest names the folder {folder}, which is not one of files.")
        count += stores.restore(reader.read(f"files-{name}"), target)
    return count


def is_unfinished() -> bool:
    """Whether a restore of this database was broken off after its rows were written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.kernel_setting')")
        if cursor.fetchone()[0] is None:
            return False
        cursor.execute("SELECT count(*) FROM kernel_setting WHERE name = %s", [UNFINISHED])
        return bool(cursor.fetchone()[0])


def finished(at: datetime) -> None:  # noqa: ARG001 - in the transaction of the caller, at its instant
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_setting WHERE name = %s", [UNFINISHED])


def known_erasures(installation: UUID) -> set[tuple[str, UUID, str]]:
    """What the database in the way knows to be erased, if it is the same installation: it stays so."""
    if not is_of(installation):
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, destroyed_at FROM kernel_datakey WHERE destroyed_at IS NOT NULL")
        found = {("key", one, at.isoformat()) for one, at in cursor.fetchall()}
        for kind, (table, statement) in registry.known().items():
            cursor.execute("SELECT to_regclass(%s)", [f"public.{table}"])
            if cursor.fetchone()[0] is not None:
                cursor.execute(statement)
                found |= {(kind, one, at.isoformat()) for one, at in cursor.fetchall()}
        return found


def known_standing(installation: UUID) -> erasures.Facts:
    """What the database in the way says of what stands, if it is the same installation and its tables are of this version;
    else the ledger beside the backups has to know."""
    if not is_of(installation):
        return {}
    try:
        with transaction.atomic():
            return upkeep.standing()
    except DatabaseError:
        return {}


def is_of(installation: UUID) -> bool:
    """Whether the database is this installation's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.kernel_installation'), to_regclass('public.kernel_datakey')")
        if None in cursor.fetchone():
            return False
        cursor.execute("SELECT count(*) FROM kernel_installation WHERE id = %s", [installation])
        return bool(cursor.fetchone()[0])
