"""Files that jobs make: frames sealed under the job's own data key, so that destroying the key destroys every copy."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from panel.kernel.crypto import keyring
from panel.kernel.errors import Missing

FRAME = 2**20
_PLACE = {"table": "kernel_job", "column": "file"}


def folder(job_id: UUID) -> Path:
    return Path(settings.DATA_DIR) / "jobs" / str(job_id)


def _framed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= FRAME:
            yield bytes(held[:FRAME])
            del held[:FRAME]
    if held:
        yield bytes(held)


def write(job_id: UUID, chunks: Iterable[bytes]) -> int:
    """Write the job's file anew; answers its size in bytes. An empty frame at the end tells a whole file from a cut one."""
    target = folder(job_id)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = keyring.create("job", owners=(job_id,))
    size = 0
    part = target / "part"
    with part.open("wb") as out:
        number = 0
        for number, frame in enumerate(_framed(chunks), 1):
            _append(out, keyring.seal(key, frame, row=job_id, version=number, **_PLACE))
            size += len(frame)
        _append(out, keyring.seal(key, b"", row=job_id, version=number + 1, **_PLACE))
    part.replace(target / "file")
    return size


def _append(out: "object", sealed: bytes) -> None:
    out.write(len(sealed).to_bytes(4) + sealed)  # type: ignore[attr-defined]


def read(job_id: UUID) -> Iterator[bytes]:
    """The file's bytes, frame by frame. Raises Missing when it is not there, EnvelopeError when it was changed."""
    path = folder(job_id) / "file"
    if not path.is_file():
        raise Missing("This file is not kept any more.")
    return _frames(path, job_id)


def _frames(path: Path, job_id: UUID) -> Iterator[bytes]:
    with path.open("rb") as source:
        number = 1
        while True:
            sealed = source.read(int.from_bytes(source.read(4)))
            frame = keyring.open_sealed(sealed, row=job_id, version=number, **_PLACE)
            if not frame:
                return
            yield frame
            number += 1


def forget(job_id: UUID) -> None:
    """Destroy the file and its key."""
    keyring.destroy(owner=job_id)
    shutil.rmtree(folder(job_id), ignore_errors=True)
