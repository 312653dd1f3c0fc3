"""verify.py on its own against everything that an attacker may do; each refusal names what it found."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from panel.journal.rules.keys import fingerprint
from panel.journal.verifiers import verify as script
from panel.journal.verifiers.verify import Refused, verify
from tests.panel.journal.bundles.attacks import FOREIGN, attacks, flips
from tests.panel.journal.bundles.forge import FIRST, SECOND, Forge, save, zipped

TRUSTED = {fingerprint(FIRST.public_key().public_bytes_raw())}
ALL = attacks()


def refused(path: Path) -> Refused:
    with pytest.raises(Refused) as caught:
        verify(path)
    return caught.value


def test_the_good_one_verifies(tmp_path: Path) -> None:
    found = verify(save(tmp_path, Forge().data()), pinned=TRUSTED)
    assert (found["kind"], found["confirmed"], found["sequence"], found["size"]) == ("consent.receipt", True, 2, 4)


@pytest.mark.parametrize(("what", "data", "code", "word"), ALL, ids=[one[0] for one in ALL])
def test_the_attack_is_refused_and_named(what: str, data: bytes, code: str, word: str, tmp_path: Path) -> None:
    found = refused(save(tmp_path, data))
    assert (found.code, word in str(found)) == (code, True), str(found)


def test_one_flipped_bit_is_found_wherever_it_is(tmp_path: Path) -> None:
    count = 0
    for where, data in flips(Forge().data()):
        told = refused(save(tmp_path, data))
        name = where.partition(" at ")[0]
        assert name not in Forge().parts() or name in str(told), f"{where}: {told}"
        count += 1
    assert count > 600


def test_a_flipped_bit_with_a_mended_checksum_is_found(tmp_path: Path) -> None:
    chance = random.Random(6)
    for name, content in Forge().parts().items():
        for _ in range(20):
            made = bytearray(content)
            made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
            refused(save(tmp_path, zipped({**Forge().parts(), name: bytes(made)})))


def test_nothing_but_a_refusal_comes_out_of_noise(tmp_path: Path) -> None:
    chance, data = random.Random(7), Forge().data()
    for _ in range(300):
        made = bytearray(data)
        for _ in range(chance.randrange(1, 40)):
            made[chance.randrange(len(made))] = chance.randrange(256)
        refused(save(tmp_path, bytes(made)))


class TestKeys:
    def test_a_foreign_key_is_intact_but_not_trusted(self, tmp_path: Path) -> None:
        path = save(tmp_path, Forge(chain=(FOREIGN,)).data())
        assert not verify(path)["confirmed"]
        with pytest.raises(Refused, match="none of those you trust"):
            verify(path, pinned=TRUSTED)

    def test_who_trusts_the_old_key_accepts_the_new_one(self, tmp_path: Path) -> None:
        path = save(tmp_path, Forge(chain=(FIRST, SECOND), signer=1).data())
        assert verify(path, pinned=TRUSTED)["confirmed"]

    def test_a_newer_key_does_not_vouch_for_an_older_one(self, tmp_path: Path) -> None:
        newer = {fingerprint(SECOND.public_key().public_bytes_raw())}
        with pytest.raises(Refused, match="none of those you trust"):
            verify(save(tmp_path, Forge(chain=(FIRST, SECOND), signer=0).data()), pinned=newer)


class TestExpected:
    def test_another_kind_than_expected_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Refused, match="not a erasure"):
            verify(save(tmp_path, Forge().data()), kind="erasure.certificate")

    def test_an_unpacked_folder_verifies_and_a_stray_file_is_named(self, tmp_path: Path) -> None:
        for name, content in Forge().parts().items():
            path = tmp_path / "bundle" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        assert verify(tmp_path / "bundle")["size"] == 4
        (tmp_path / "bundle" / "words" / "x.txt").write_bytes(b"x")
        assert "words/x.txt" in str(refused(tmp_path / "bundle"))

    def test_without_proof_it_says_so_and_takes_it_later(self, tmp_path: Path) -> None:
        parts = Forge().parts()
        proof = parts.pop("proof.json")
        path = save(tmp_path, zipped(parts))
        assert verify(path)["size"] is None
        assert verify(path, proof=proof)["size"] == 4
        with pytest.raises(Refused, match=r"another manifest or kind"):
            verify(path, proof=Forge(kind="other.kind").parts()["proof.json"])


def test_it_runs_alone_with_no_network_and_no_house(tmp_path: Path) -> None:
    path = save(tmp_path, Forge().data())
    keys = tmp_path / "trusted.json"
    keys.write_bytes(Forge().parts()["keys.json"])
    alone = tmp_path / "verify.py"
    alone.write_bytes(Path(script.__file__).read_bytes())

    def run(*args: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", alone, *args], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        return done.returncode, done.stdout

    assert run(str(path))[0] == 3
    code, told = run(str(path), "--keys", str(keys))
    assert (code, "VERIFIED" in told, "consent.receipt" in told) == (0, True, True)
    code, told = run(str(save(tmp_path, Forge().data() + b"x", "cut.zip")))
    assert (code, "trailing" in told) == (1, True)
    assert run(str(tmp_path / "nowhere.zip"))[0] == 2
    assert json.loads(keys.read_text())["v"] == 1
