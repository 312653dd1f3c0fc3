"""Where backups are, and with what they are sealed: from the environment and the database that this process works with."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from panel.kernel.boot import environment
from panel.kernel.crypto import keyring
from panel.kernel.crypto.kek import KeyProvider
from panel.kernel.registries import backups as registry
from panel.ops.backups.format import archive
from panel.ops.backups.making import Job

DIRECTORY, COPY_DIRECTORY = "PANEL_BACKUP_DIR", "PANEL_BACKUP_COPY_DIR"


def directory() -> Path:
    """PANEL_BACKUP_DIR, or `backups` in the data directory."""
    return Path(environment().get(DIRECTORY) or Path(settings.DATA_DIR) / "backups")


def copy_directory() -> Path | None:
    """PANEL_BACKUP_COPY_DIR: another disk or a mounted share, if there is one."""
    named = environment().get(COPY_DIRECTORY)
    return Path(named) if named else None


def provider() -> KeyProvider:
    """The key ring that backups are sealed under. Raises KekError."""
    return keyring.ring(archive.RING)


def panel_version() -> str:
    try:
        return version("clawpanel")
    except PackageNotFoundError:  # run from the tree
        return "0"


def job(backup: UUID, made_at: str) -> Job:
    """A backup to be made of this database. Plain SQL: the tables may be those of an older version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, mode FROM kernel_installation")
        installation, mode = cursor.fetchone()
    header, key = archive.new_header(provider(), backup=backup, installation=installation, mode=mode, made_at=made_at)
    return Job(
        directory=directory(),
        data=Path(settings.DATA_DIR),
        parameters=connection.get_connection_params(),
        stores=registry.stores(),
        provider=provider(),
        header=header,
        key=key,
        version=panel_version(),
    )
