"""The archive's format: what was written comes back, and nothing else is ever believed."""

import json
import os
import tarfile
from pathlib import Path

import pytest

from panel.kernel.crypto import envelope
from panel.kernel.crypto.kek import LocalKeys
from panel.ops.backups.format import archive
from panel.ops.backups.format.archive import ArchiveError
from panel.ops.backups.format.reading import Files
from tests.panel.ops.backups import boxes

PARTS = {"keys": b"", "database": os.urandom(700_000) + bytes(300_000), "files-spool": b"x"}


@pytest.fixture(scope="module")
def ring() -> LocalKeys:
    return boxes.ring()


@pytest.fixture
def box(tmp_path: Path, ring: LocalKeys) -> Path:
    boxes.write(tmp_path / "box", ring, PARTS)
    return tmp_path / "box"


def test_what_was_written_comes_back(box: Path, ring: LocalKeys) -> None:
    assert boxes.read(box, ring) == PARTS


def test_a_tar_of_the_folder_is_the_same_backup(box: Path, ring: LocalKeys) -> None:
    packed = box.with_suffix(".tar")
    with tarfile.open(packed, "w") as tar:
        tar.add(box, arcname=box.name)
    assert boxes.read(packed, ring) == PARTS


def test_every_file_is_private(box: Path) -> None:
    assert {path.stat().st_mode & 0o777 for path in box.iterdir()} == {0o600}


@pytest.mark.parametrize("name", ["header.json", "manifest.part", "keys.part", "database.part", "files-spool.part"])
def test_a_flipped_bit_anywhere_is_refused_with_the_part_s_name(box: Path, ring: LocalKeys, name: str) -> None:
    size = (box / name).stat().st_size
    whole = (box / name).read_bytes()
    for place in {0, 1, 20, 34, 36, size // 2, size - 1}:
        boxes.flip(box / name, place % size)
        with pytest.raises(ArchiveError, match=name.replace(".", r"\.")):
            boxes.read(box, ring)
        (box / name).write_bytes(whole)
    assert boxes.read(box, ring) == PARTS


@pytest.mark.parametrize("name", ["header.json", "manifest.part", "keys.part", "database.part", "files-spool.part"])
def test_a_part_that_was_cut_lengthened_or_taken_is_refused(box: Path, ring: LocalKeys, name: str) -> None:
    whole = (box / name).read_bytes()
    for damaged in (b"", whole[:20], whole[: len(whole) // 2], whole[:-1], whole + b"\0", whole + whole):
        (box / name).write_bytes(damaged)
        with pytest.raises(ArchiveError, match=name.replace(".", r"\.")):
            boxes.read(box, ring)
    (box / name).unlink()
    with pytest.raises(ArchiveError, match=name.replace(".", r"\.")):
        boxes.read(box, ring)


def test_whole_frames_cannot_be_left_out_or_change_places(box: Path, ring: LocalKeys) -> None:
    path = box / "database.part"
    data = path.read_bytes()
    frame = 4 + envelope.FRAME + envelope.TAG
    first, second, rest = data[33 : 33 + frame], data[33 + frame : 33 + 2 * frame], data[33 + 2 * frame :]
    for other in (second + first + rest, first + rest, first + second, first):
        path.write_bytes(data[:33] + other)
        with pytest.raises(ArchiveError, match=r"database\.part"):
            boxes.read(box, ring)


def test_a_part_does_not_pass_for_another_nor_for_another_backup_s(tmp_path: Path, ring: LocalKeys) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    boxes.write(one, ring, {"keys": b"same", "database": b"same"})
    boxes.write(two, ring, {"keys": b"same", "database": b"same"})
    whole = (one / "keys.part").read_bytes()
    (one / "keys.part").write_bytes((one / "database.part").read_bytes())
    with pytest.raises(ArchiveError, match=r"keys\.part"):
        boxes.read(one, ring)
    (one / "keys.part").write_bytes(whole)
    (one / "manifest.part").write_bytes((two / "manifest.part").read_bytes())
    with pytest.raises(ArchiveError, match=r"manifest\.part"):
        boxes.read(one, ring)


def test_without_its_key_a_backup_stays_closed_and_names_the_key(box: Path) -> None:
    with pytest.raises(ArchiveError, match=r"under the key k[0-9a-f]{8} of the ring content, which this machine"):
        boxes.read(box, boxes.ring())


def test_a_later_format_asks_for_a_later_version(box: Path, ring: LocalKeys) -> None:
    text = (box / "header.json").read_text().replace('"format": 1', '"format": 2')
    (box / "header.json").write_text(text)
    with pytest.raises(ArchiveError, match="later version of the panel"):
        boxes.read(box, ring)


def test_something_else_is_no_backup(tmp_path: Path, ring: LocalKeys) -> None:
    (tmp_path / "letter.txt").write_text("Dear all")
    for path in (tmp_path / "letter.txt", tmp_path / "nothing", tmp_path):
        with pytest.raises(ArchiveError):
            boxes.read(path, ring)


def test_memory_does_not_grow_with_the_data() -> None:
    sealer = envelope.StreamSealer(envelope.new_key(), b"")
    held = max(len(sealer.update(bytes(1 << 20))) for _ in range(40))
    assert held < 2 * (1 << 20)


def test_the_header_says_nothing_but_how_to_open_it(box: Path) -> None:
    with Files(box) as files, files.open(archive.HEADER) as file:
        words = set(json.loads(file.read()))
    assert words == {"format", "id", "installation", "mode", "made_at", "kek_id", "wrapped", "check"}
