"""Small archives without a database, and the means to damage them."""

from pathlib import Path
from typing import Any
from uuid import UUID

from panel.kernel import actors, clock, ids
from panel.kernel.crypto import envelope
from panel.kernel.crypto.kek import LocalKeys
from panel.ops.backups import services
from panel.ops.backups.format import archive
from panel.ops.backups.format.archive import Manifest
from panel.ops.backups.format.reading import Files, Reader
from panel.ops.models import Backup

INSTALLATION = UUID("0198c0de-0000-7000-8000-000000000001")


def ring() -> LocalKeys:
    return LocalKeys({f"k{ids.new_id().hex[-8:]}": envelope.new_key()})


def write(folder: Path, provider: LocalKeys, parts: dict[str, bytes]) -> Manifest:
    header, key = archive.new_header(
        provider,
        backup=ids.new_id(),
        installation=INSTALLATION,
        mode="test",
        made_at="2026-11-23T02:00:00+00:00",
    )
    folder.mkdir(parents=True)
    writer, manifest = archive.Writer(folder, header, key), Manifest(version="1", tables={"kernel_datakey": 0})
    writer.begin()
    for name, data in parts.items():
        with writer.part(name, manifest) as sink:
            sink.write(data)
    writer.close(manifest)
    return manifest


def read(folder: Path, provider: LocalKeys) -> dict[str, bytes]:
    with Files(folder) as files:
        reader = Reader(files, provider)
        reader.verify()
        return {name: b"".join(reader.read(name)) for name in reader.manifest.parts}


def flip(path: Path, place: int) -> None:
    """One bit of one byte."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def made(**more: Any) -> Backup:
    """A backup of this test's database, as the console makes it."""
    row = services.start(actor=actors.console(), at=clock.now(), sent=False, **more)
    return services.carry_out(backup=row.id)
