import base64
import hashlib
from pathlib import Path

import pytest

from panel.kernel.crypto import kek


def _ring(path: Path, *keys: bytes) -> str:
    path.write_text("".join(f"k{n}:{base64.b64encode(key).decode()}\n" for n, key in enumerate(keys)))
    path.chmod(0o600)
    return f"file:{path}"


def test_a_generated_ring_passes_its_known_answer_check(tmp_path: Path) -> None:
    kek.generate(tmp_path / "ring")
    assert (tmp_path / "ring").stat().st_mode & 0o777 == 0o600
    kek.provider(f"file:{tmp_path / 'ring'}").health()


def test_generate_never_overwrites(tmp_path: Path) -> None:
    kek.generate(tmp_path / "ring")
    with pytest.raises(FileExistsError):
        kek.generate(tmp_path / "ring")


def test_the_first_key_wraps_and_every_key_opens(tmp_path: Path) -> None:
    old, new = hashlib.sha256(b"1").digest(), hashlib.sha256(b"2").digest()
    before = kek.LocalKeys({"old": old})
    wrapped = before.wrap(b"d" * 32, b"c")
    after = kek.LocalKeys({"new": new, "old": old})
    assert after.current_id() == "new"
    assert after.unwrap("old", wrapped, b"c") == b"d" * 32


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (b"", "0 bytes"),
        (bytes(16), "16 bytes"),
        (bytes(32), "not random"),
        (b"changeme" * 4, "not random"),
        (b"a default key of thirty-two byte", "words"),
    ],
)
def test_default_short_and_made_up_keys_are_refused(tmp_path: Path, key: bytes, reason: str) -> None:
    with pytest.raises(kek.KekError, match=reason):
        kek.provider(_ring(tmp_path / "ring", key))


def test_a_key_derived_from_another_secret_is_refused() -> None:
    ring = kek.LocalKeys({"k": hashlib.sha256(b"the secret key").digest()})
    with pytest.raises(kek.KekError, match="derived"):
        kek.refuse_derived(ring, b"the secret key")


def test_a_ring_that_others_can_read_is_refused(tmp_path: Path) -> None:
    kek.generate(tmp_path / "ring")
    (tmp_path / "ring").chmod(0o640)
    with pytest.raises(kek.KekError, match="chmod 600"):
        kek.provider(f"file:{tmp_path / 'ring'}")


@pytest.mark.parametrize("address", ["", "file:", "/etc/passwd", "http://kms", "file:/does/not/exist"])
def test_an_unusable_address_is_one_sentence(address: str) -> None:
    with pytest.raises(kek.KekError):
        kek.provider(address)
