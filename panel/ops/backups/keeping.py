"""What becomes of older backups: which stay, and which keys they lose. Free of Django."""

import datetime as dt
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from panel.kernel.crypto import kek
from panel.ops.backups import making
from panel.ops.backups.format import archive, erasures, reading, tables


def kept(names: Iterable[str], daily: int, weekly: int) -> set[str]:
    """Of names with an instant: the newest of each of the last `daily` days and `weekly` ISO weeks that have one.

    All of the newest one's day stay: the one that was made before an upgrade is not to be lost to the next.
    """
    listed = sorted(names, reverse=True)
    latest = [name for name in listed if day_of(name) == day_of(listed[0])]
    days: dict[dt.date, str] = {}
    weeks: dict[tuple[int, int], str] = {}
    for name in listed:
        day = day_of(name)
        days.setdefault(day, name)
        weeks.setdefault(day.isocalendar()[:2], name)
    return {*latest, *list(days.values())[:daily], *list(weeks.values())[:weekly]}


def day_of(name: str) -> dt.date:
    """The day in a backup's name, UTC."""
    return dt.datetime.strptime(name.removeprefix(making.PREFIX)[:8], "%Y%m%d").replace(tzinfo=dt.UTC).date()


def prune(directory: Path, *, daily: int, weekly: int) -> list[str]:
    """Remove what is not kept; returns the names. The newest stays, whatever the numbers say."""
    found = making.names(directory)
    stay = kept(found, daily, weekly)
    gone = [name for name in found if name not in stay]
    for name in gone:
        remove(directory, name)
    return gone


def remove(directory: Path, name: str) -> None:
    """First the name, then the files: a removal that is broken off leaves nothing that looks like a backup."""
    hidden = directory / (making.FRESH + name)
    (directory / name).rename(hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def forget_keys(folder: Path, provider: kek.KeyProvider, destroyed: dict[UUID, str]) -> bool:
    """Make tombstones of destroyed keys in an older backup; returns whether there were any.

    The part is written anew under another name and the manifest replaced whole, so that the backup is good at every moment.
    Raises ArchiveError, OSError.
    """
    with reading.Files(folder) as files:
        reader = reading.Reader(files, provider)
        before = b"".join(reader.read("keys"))
        (table, columns, blocks) = next(tables.stored(iter([before])))
        rows = b"".join(blocks).splitlines(keepends=True)
        emptied = list(erasures.without_destroyed(rows, columns, destroyed))
        if emptied == rows:
            return False
        old = reader.manifest.parts["keys"]["file"]
        number = int(old.removesuffix(archive.ENDING).partition(".")[2] or 0) + 1
        writer, fresh = reader.writer(folder), f"keys.{number}{archive.ENDING}"
        (folder / fresh).unlink(missing_ok=True)
        with writer.part("keys", reader.manifest, file=fresh) as sink:
            for piece in _table(table, columns, emptied):
                sink.write(piece)
        writer.close(reader.manifest)
        (folder / old).unlink()
    return True


def _table(table: str, columns: list[str], rows: list[bytes]) -> Iterator[bytes]:
    yield tables.heading(table, columns)
    for start in range(0, len(rows), 1000):
        block = b"".join(rows[start : start + 1000])
        yield len(block).to_bytes(4) + block
    yield bytes(4) + b"\n"
