"""Making a backup: parts into a hidden folder, read back, and only then given its name. Free of Django."""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from panel.kernel.crypto import envelope, kek
from panel.kernel.registries.backups import Store
from panel.ops.backups.format import archive, reading, stores, tables
from panel.ops.backups.format.archive import ArchiveError, Header, Manifest

FRESH = ".new-"
PREFIX = "panel-"
Told = Callable[[float, str], None]


class BackupFailed(RuntimeError):  # noqa: N818 - named after what the reader sees
    """There is no new backup; the sentence says why. What was there before is untouched."""


@dataclass(frozen=True)
class Job:
    """All that making a backup needs to know. `parameters` connect to the database; `version` is the panel's."""

    directory: Path
    data: Path
    parameters: Mapping[str, Any]
    stores: Sequence[Store]
    provider: kek.KeyProvider
    header: Header
    key: bytes
    version: str

    @property
    def name(self) -> str:
        moment = self.header.made_at.translate(str.maketrans("", "", "-:"))[:15]
        return f"{PREFIX}{moment}Z-{self.header.id.hex[-6:]}"


@contextlib.contextmanager
def alone(directory: Path, *, wait: float = 0) -> Iterator[None]:
    """One at a time in a directory, after `wait` seconds at most; the lock goes with the process. Raises BackupFailed."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BackupFailed(f"The directory {directory} cannot be used: {error.strerror}.") from None
    try:
        end = time.monotonic() + wait
        while not _locked(handle):
            if time.monotonic() >= end:
                raise BackupFailed("Another backup is being made now.")
            time.sleep(0.1)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def make(job: Job, told: Told) -> Manifest:
    """Write, read back, name. The caller holds `alone`. Raises BackupFailed; nothing half-made is left."""
    clean(job.directory)
    fresh = job.directory / (FRESH + job.name)
    try:
        fresh.mkdir(mode=0o700)
        manifest = _write(job, fresh, told)
        told(0.9, "verify")
        verify(fresh, job.provider)
        fresh.rename(job.directory / job.name)
        archive.sync_folder(job.directory)
    except (OSError, psycopg.Error, ArchiveError, envelope.EnvelopeError, kek.KekError) as error:
        raise BackupFailed(sentence(error, job.directory)) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return manifest


def _write(job: Job, folder: Path, told: Told) -> Manifest:
    writer, manifest = archive.Writer(folder, job.header, job.key), Manifest(version=job.version)
    writer.begin()
    _stores(job, writer, manifest, before=True)
    with tables.snapshot(job.parameters) as connection:
        tables.describe(connection, manifest)
        with writer.part("keys", manifest) as sink:
            manifest.tables |= tables.dump(connection, [(name, 1) for name in tables.KEYS], sink, lambda *_: None)
        with writer.part("database", manifest) as sink:
            every = tables.data_tables(connection)
            manifest.tables |= tables.dump(connection, every, sink, lambda done, name: told(done * 0.85, name))
    _stores(job, writer, manifest, before=False)
    writer.close(manifest)
    return manifest


def _stores(job: Job, writer: archive.Writer, manifest: Manifest, *, before: bool) -> None:
    for store in job.stores:
        if store.before is before:
            with writer.part(f"files-{store.name}", manifest) as sink:
                stores.write(job.data / store.folder, sink, store.pattern)
            manifest.stores[store.name] = (store.folder, store.pattern)


def verify(folder: Path, provider: kek.KeyProvider) -> int:
    """Read a backup back as a restore would: hashes, seals, rows; returns its bytes. Raises ArchiveError, OSError."""
    with reading.Files(folder) as files:
        reader = reading.Reader(files, provider)
        size = reader.verify()
        found = tables.rows_in(reader.read("keys")) | tables.rows_in(reader.read("database"))
        if found != reader.manifest.tables:
            wrong = min(set(found.items()) ^ set(reader.manifest.tables.items()))[0]
            raise ArchiveError(f"The table {wrong} is not whole in the backup.")
    return size


def clean(directory: Path) -> None:
    """Take away what a killed backup left. The caller holds `alone`."""
    for left in directory.glob(f"{FRESH}*"):
        shutil.rmtree(left, ignore_errors=True)


def names(directory: Path) -> list[str]:
    """The backups in a directory, newest first."""
    try:
        found = [one.name for one in directory.iterdir() if one.name.startswith(PREFIX)]
    except OSError:
        return []
    return sorted((name for name in found if (directory / name / "manifest.part").exists()), reverse=True)


def copy(job: Job, second: Path) -> None:
    """The finished backup into a second directory, compared byte by byte by hash. Raises BackupFailed."""
    source, fresh = job.directory / job.name, second / (FRESH + job.name)
    try:
        second.mkdir(mode=0o700, parents=True, exist_ok=True)
        clean(second)
        fresh.mkdir(mode=0o700)
        for path in sorted(source.iterdir()):
            _copied(path, fresh / path.name)
        archive.sync_folder(fresh)
        fresh.rename(second / job.name)
        archive.sync_folder(second)
    except (OSError, ArchiveError) as error:
        raise BackupFailed(f"The copy was not made: {sentence(error, second)}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _copied(source: Path, target: Path) -> None:
    with source.open("rb") as read, os.fdopen(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
        shutil.copyfileobj(read, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())
        out.seek(0)
        read.seek(0)
        if hashlib.file_digest(out, "sha256").digest() != hashlib.file_digest(read, "sha256").digest():
            raise ArchiveError(f"{target} is not what was written.")


def sentence(error: BaseException, directory: Path) -> str:
    """Why, for the person who reads it on the page."""
    if isinstance(error, psycopg.Error):
        return f"The database could not be read: {(str(error).strip().splitlines() or ['it did not answer'])[0]}"
    if isinstance(error, OSError):
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return f"The disk of {directory} is full: free space there, or name another with PANEL_BACKUP_DIR."
        return f"{error.filename or directory} cannot be written or read: {error.strerror}."
    return str(error)
