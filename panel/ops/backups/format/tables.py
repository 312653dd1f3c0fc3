"""One consistent picture of the database: a REPEATABLE READ snapshot, and COPY table by table. Free of Django.

No `pg_dump`: it must own or read every single partition, which the role that works may not, and the machine of a panel with
a PostgreSQL of its own need not have one. The schema is not stored: migrations make it, to the very state of the backup.
"""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

import psycopg
from psycopg import sql

from panel.ops.backups.format.archive import ArchiveError, Manifest

# What a restored installation must not find, or makes by itself.
LEFT_OUT = {
    "django_migrations": "written by the migrations that make the tables",
    "django_session": "everybody signs in again",
    "kernel_worker": "the processes that run now",
}
KEYS = ("kernel_datakey",)
CHUNK = 1 << 20
Told = Callable[[float, str], None]

_TABLES = """
    SELECT relname, coalesce((SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(c.oid)), pg_relation_size(c.oid))
    FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1
"""
_COLUMNS = """
    SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ORDER BY attnum
"""
_PARTITIONS = """
    SELECT p.relname, c.relname, pg_get_expr(c.relpartbound, c.oid), coalesce('PARTITION BY ' || pg_get_partkeydef(c.oid), '')
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
    WHERE c.relispartition AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
    ORDER BY c.relkind <> 'p', p.relname, c.relname
"""
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY 1"


class Sinking(Protocol):
    def write(self, data: bytes | memoryview, /) -> int: ...


@contextlib.contextmanager
def snapshot(parameters: Mapping[str, Any]) -> Iterator["psycopg.Connection[Any]"]:
    """A connection that sees one moment, with every table locked against changes of its shape. Raises psycopg.Error."""
    with psycopg.connect(**{**parameters, "autocommit": False, "cursor_factory": psycopg.Cursor}) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute("SET LOCAL lock_timeout = '20s'; SET LOCAL statement_timeout = 0")
        names = sql.SQL(", ").join(sql.Identifier("public", name) for name, _ in _all(connection))
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))
        yield connection
        connection.rollback()


def _all(connection: "psycopg.Connection[Any]") -> list[tuple[str, int]]:
    return [(str(name), int(size)) for name, size in connection.execute(_TABLES).fetchall()]


def describe(connection: "psycopg.Connection[Any]", manifest: Manifest) -> None:
    """Write into the manifest what the rows need: migrations, partitions, sequences, the journal's head."""
    manifest.server = connection.info.server_version
    found = connection.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2").fetchall()
    manifest.migrations = [(app, name) for app, name in found]
    manifest.partitions = [tuple(row) for row in connection.execute(_PARTITIONS).fetchall()]
    manifest.sequences = dict(connection.execute(_SEQUENCES).fetchall())
    head = connection.execute("SELECT size, note FROM journal_checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    manifest.journal = {"size": head[0], "note": head[1]} if head else {}


def data_tables(connection: "psycopg.Connection[Any]") -> list[tuple[str, int]]:
    """(name, bytes) of each table of the part `database`."""
    return [(name, size) for name, size in _all(connection) if name not in LEFT_OUT and name not in KEYS]


def dump(
    connection: "psycopg.Connection[Any]", tables: Iterable[tuple[str, int]], sink: Sinking, told: Told
) -> dict[str, int]:
    """Write tables into a part; returns their rows. Memory does not grow with them."""
    listed = list(tables)
    whole, done, rows = sum(size for _, size in listed) + len(listed), 0, {}
    for name, size in listed:
        told(done / whole if whole else 1.0, name)
        rows[name] = _dump(connection, name, sink)
        done += size + 1
    sink.write(b"\n")
    return rows


def _dump(connection: "psycopg.Connection[Any]", table: str, sink: Sinking) -> int:
    columns = [row[0] for row in connection.execute(_COLUMNS, [f'public."{table}"']).fetchall()]
    sink.write(heading(table, columns))
    held = bytearray()
    with connection.cursor() as cursor:
        statement = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(
            _listed(columns), sql.Identifier("public", table)
        )
        with cursor.copy(statement) as copy:
            for piece in copy:
                held += piece
                if len(held) >= CHUNK:
                    _block(sink, held)
        if held:
            _block(sink, held)
        sink.write(bytes(4))
        return cursor.rowcount


def heading(table: str, columns: list[str]) -> bytes:
    """The line before a table's rows."""
    return json.dumps({"table": table, "columns": columns}).encode() + b"\n"


def _block(sink: Sinking, held: bytearray) -> None:
    sink.write(len(held).to_bytes(4) + bytes(held))
    held.clear()


def _listed(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in columns)


class Bytes:
    """Reads exact numbers of bytes from the pieces of a part."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._held = pieces, bytearray()

    def read(self, size: int) -> bytes:
        """As a file would: fewer bytes at the end only."""
        while len(self._held) < size and (piece := next(self._pieces, None)) is not None:
            self._held += piece
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def line(self) -> bytes:
        found = bytearray()
        while (one := self.read(1)) not in {b"\n", b""}:
            found += one
        return bytes(found)

    def blocks(self) -> Iterator[bytes]:
        while size := int.from_bytes(self.read(4)):
            yield self.read(size)

    def drain(self) -> None:
        """To the end, so that the last piece is checked too."""
        while self.read(CHUNK):
            pass


def stored(pieces: Iterator[bytes]) -> Iterator[tuple[str, list[str], Iterator[bytes]]]:
    """(table, columns, blocks of COPY text) of each table in a part; the blocks are read before the next table."""
    source = Bytes(pieces)
    while head := source.line():
        found = json.loads(head)
        yield found["table"], found["columns"], source.blocks()
    source.drain()


def load(
    connection: "psycopg.Connection[Any]", pieces: Iterator[bytes], expected: Mapping[str, int], told: Told
) -> int:
    """Fill empty tables inside the caller's transaction; returns the rows. Raises ArchiveError when a number differs."""
    total, whole = 0, sum(expected.values()) or 1
    for table, columns, blocks in stored(pieces):
        told(total / whole, table)
        with connection.cursor() as cursor:
            place = sql.Identifier("public", table)
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(place, _listed(columns))) as copy:
                for block in blocks:
                    copy.write(block)
            if cursor.rowcount != expected.get(table):
                raise ArchiveError(f"The table {table} has {cursor.rowcount} rows in place of {expected.get(table)}.")
            total += cursor.rowcount
    return total


def rows_in(pieces: Iterator[bytes]) -> dict[str, int]:
    """Rows of each table of a part, counted by their line ends (COPY text escapes those within values)."""
    return {table: sum(block.count(b"\n") for block in blocks) for table, _, blocks in stored(pieces)}
