"""Where a search looks: rows of every table, the database's raw files, Valkey, files of the data directory, logs.

It shares no code with what erases: it knows no store, no key and no declaration, and reads what is there.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from compliance.requests.services.reader import scanning

VERSION = "1"
# The embedded database's folder holds one of each major version that it ran.
DATABASE_FILES = "pg"
# Not searched: keys are no text, what runs holds sockets, static files come with the program.
SKIPPED = frozenset({"pg", "keys", "run", "static", "vk"})
Found = dict[str, Any]


def search(words: list[str]) -> dict[str, Found]:
    """Every place, by name: `state` read or unreachable, `hits`, and where they are."""
    wanted = scanning.spelled(words)
    data = Path(settings.DATA_DIR)
    return {
        "rows": rows(words),
        "database_files": database_files(data / DATABASE_FILES, wanted),
        "valkey": valkey(wanted),
        "files": _allowed(lambda: folder(data, wanted, logs=False)),
        "logs": _allowed(lambda: folder(data / "log", wanted, logs=True)),
    }


def blind() -> list[str]:
    """The places that are known beforehand to be out of reach: a database on another machine shows rows and no files."""
    return ["database_files"] if _closed(Path(settings.DATA_DIR) / DATABASE_FILES) else []


def _allowed(read: Callable[[], Found]) -> Found:
    try:
        return read()
    except PermissionError:
        return {"state": "unreachable", "why": "this process may not read it"}


def hits(found: dict[str, Found]) -> int:
    return sum(int(one.get("hits", 0)) for one in found.values())


def unreachable(found: dict[str, Found]) -> dict[str, str]:
    """What was not searched, and why."""
    return {name: str(one["why"]) for name, one in sorted(found.items()) if one["state"] == "unreachable"}


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition AND has_table_privilege(oid, 'SELECT') ORDER BY 1"
        )
        return [str(name) for (name,) in cursor.fetchall()]


def rows(words: list[str]) -> Found:
    """Each table's rows as text (bytes appear in hexadecimal), each needle as it is and in hexadecimal."""
    if not words:
        return {"state": "read", "hits": 0, "tables": 0, "where": {}}
    wanted = [*words, *(one.encode().hex() for one in words)]
    tests = sql.SQL(" OR ").join([sql.SQL("strpos(lower(one::text), %s) > 0")] * len(wanted))
    where: dict[str, int] = {}
    names = tables()
    for name in names:
        statement = sql.SQL("SELECT count(*) FROM {} AS one WHERE {}").format(sql.Identifier(name), tests)
        with connection.cursor() as cursor:
            cursor.execute(statement.as_string(cursor.connection), wanted)
            [number] = cursor.fetchone()
        if number:
            where[name] = int(number)
    return {"state": "read", "hits": sum(where.values()), "tables": len(names), "where": where}


def database_files(folder: Path, wanted: list[bytes]) -> Found:
    """Heap, indexes and the write-ahead log, after a checkpoint where this role may ask for one."""
    if why := _closed(folder):
        return {"state": "unreachable", "why": why}
    flushed = _checkpoint()
    try:
        return {**_files(sorted(folder.rglob("*")), folder, wanted), "checkpoint": flushed}
    except PermissionError:
        return {"state": "unreachable", "why": "this process may not read the database's files"}


def _closed(folder: Path) -> str:
    """Why the database's files cannot be read; "" when they can."""
    if not folder.is_dir():
        return "the database's files are on another machine"
    if not os.access(folder, os.R_OK | os.X_OK):
        return "this process may not read the database's files"
    inside = [one for one in folder.iterdir() if one.is_dir()]
    if not inside:
        return "the database's files are on another machine"
    return (
        ""
        if all(os.access(one, os.R_OK | os.X_OK) for one in inside)
        else "this process may not read the database's files"
    )


def _checkpoint() -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
    except DatabaseError:
        return False
    return True


def folder(folder: Path, wanted: list[bytes], *, logs: bool) -> Found:
    if not folder.is_dir():
        return {"state": "read", "hits": 0, "files": 0, "bytes": 0, "where": {}}
    if logs:
        return _files(sorted(folder.rglob("*")), folder, wanted)
    tops = [one for one in sorted(folder.iterdir()) if one.name not in SKIPPED | {"log"} and not one.is_symlink()]
    return _files(
        [path for top in tops for path in ([top] if top.is_file() else sorted(top.rglob("*")))], folder, wanted
    )


def _files(paths: Iterable[Path], base: Path, wanted: list[bytes]) -> Found:
    """Files that go while they are looked for are gone; a name of a person in a file's name counts too."""
    total = size = number = 0
    where: dict[str, int] = {}
    for path in paths:
        if path.is_symlink() or not path.is_file():
            continue
        try:
            found, read = scanning.count(scanning.pieces(path), wanted)
        except FileNotFoundError:
            continue
        name = path.relative_to(base).as_posix()
        found += sum(name.lower().encode().count(one) for one in wanted)
        number, size, total = number + 1, size + read, total + found
        if found:
            where[name[:120]] = found
    return {"state": "read", "hits": total, "files": number, "bytes": size, "where": dict(list(where.items())[:50])}


def valkey(wanted: list[bytes]) -> Found:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=10) as client:
            keys = list(client.scan_iter(count=1000))
            found, size = scanning.count(_values(client, keys), wanted)
    except redis.RedisError:
        return {"state": "unreachable", "why": "Valkey did not answer"}
    return {"state": "read", "hits": found, "keys": len(keys), "bytes": size, "where": {}}


_READS: dict[bytes, Callable[[Any, bytes], Iterable[Any]]] = {
    b"string": lambda client, key: [client.get(key)],
    b"list": lambda client, key: client.lrange(key, 0, -1),
    b"set": lambda client, key: client.smembers(key),
    b"zset": lambda client, key: client.zrange(key, 0, -1),
    b"hash": lambda client, key: [part for pair in client.hgetall(key).items() for part in pair],
}


def _values(client: Any, keys: list[bytes]) -> Iterator[bytes]:
    """Keys and their values, each apart from the next."""
    for key in keys:
        yield bytes(key) + b"\0"
        read = _READS.get(client.type(key))
        for value in read(client, key) if read else []:
            if isinstance(value, bytes):
                yield value + b"\0"
