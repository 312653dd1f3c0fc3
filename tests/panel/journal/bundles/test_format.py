"""docs/reference/bundle-format.md is enough: a second verifier, written from its words alone, and its vectors.

Nothing of the panel is used below `class FromThePage`; the golden archive is built from the page's blocks.
"""

import base64
import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from panel.journal.verifiers.verify import verify
from tests.panel.journal.bundles.attacks import attacks, flips
from tests.panel.journal.bundles.forge import AT, FIRST, SECOND, Forge, save

PAGE = (Path(__file__).parents[4] / "docs" / "reference" / "bundle-format.md").read_text("utf-8")
GOLDEN = (Path(__file__).parents[1] / "golden" / "bundle1.zip").read_bytes()
BLOCKS = dict(re.findall(r"^`([a-z./]+)`\n\n```\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL))


class FromThePage:
    """The page's rules, one after the other; AssertionError or an exception of the libraries means refused."""

    def __init__(self, data: bytes) -> None:
        self.files: list[tuple[str, bytes]] = []
        place = 0
        while data[place : place + 4] == bytes.fromhex("504b0304"):
            size, name_size = int.from_bytes(data[place + 18 : place + 22], "little"), data[place + 26]
            start = place + 30 + name_size
            self.files.append((data[place + 30 : start].decode("ascii"), data[start : start + size]))
            place = start + size
        assert self.built() == data
        folded = [name.lower() for name, _content in self.files]
        assert len(set(folded)) == len(folded)
        part = "[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
        assert all(re.fullmatch(f"{part}(/{part})*", name) and len(name) <= 200 for name, _content in self.files)

    def built(self) -> bytes:
        body, directory = b"", b""
        for name, content in self.files:
            size = len(content).to_bytes(4, "little")
            f = bytes.fromhex("0008 0000 0000 2100") + crc32(content).to_bytes(4, "little") + size + size
            f += len(name).to_bytes(2, "little") + bytes(2)
            offset = len(body).to_bytes(4, "little")
            directory += bytes.fromhex("504b0102 1403 1400") + f + bytes(6) + bytes.fromhex("0000a481") + offset
            directory += name.encode()
            body += bytes.fromhex("504b0304 1400") + f + name.encode() + content
        count = len(self.files).to_bytes(2, "little")
        places = len(directory).to_bytes(4, "little") + len(body).to_bytes(4, "little")
        return body + directory + bytes.fromhex("504b0506 00000000") + count + count + places + bytes(2)

    def json(self, name: str, keys: str) -> Any:
        data = dict(self.files)[name]
        found = json.loads(data)
        assert sorted(found) == keys.split()
        assert self.canonical(found) == data
        assert found["v"] == 1
        return found

    @staticmethod
    def canonical(value: Any) -> bytes:  # names of this format are ASCII, where code points and UTF-16 units agree
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @staticmethod
    def base64(text: str) -> bytes:
        data = base64.b64decode(text, validate=True)
        assert base64.b64encode(data).decode() == text
        return data

    def check(self) -> None:
        m = self.json("manifest.json", "about at files id installation journal key kind schema tools v")
        own = [n for n in ("manifest.json", "signature.json", "keys.json", "proof.json") if n in dict(self.files)]
        listed = m["files"] + m["tools"]
        assert [name for name, _content in self.files] == own + [one["name"] for one in listed]
        for one in listed:
            content = dict(self.files)[one["name"]]
            assert (len(content), hashlib.sha256(content).hexdigest()) == (one["size"], one["sha256"])
        keys = self.keys(m)
        prints = [hashlib.sha256(key).hexdigest() for key, _until in keys]
        key, until = keys[prints.index(m["key"])]
        assert until is None or m["at"] <= until
        signature = self.base64(self.json("signature.json", "signature v")["signature"])
        Ed25519PublicKey.from_public_bytes(key).verify(
            signature, b"panel/bundle/v1\0" + dict(self.files)["manifest.json"]
        )
        if "proof.json" in dict(self.files):
            self.proof(m, [key for key, _until in keys])

    def keys(self, m: Any) -> list[tuple[bytes, str | None]]:
        found: list[tuple[bytes, str | None]] = []
        for one in self.json("keys.json", "keys v")["keys"]:
            told, key = one["statement"], self.base64(one["statement"]["key"])
            before = found[-1][0] if found else None
            assert told["previous"] == (before and hashlib.sha256(before).hexdigest())
            assert told["journal"] == m["journal"]
            signed = b"panel/journal/key/v1\0" + self.canonical(told)
            Ed25519PublicKey.from_public_bytes(before or key).verify(self.base64(one["signature"]), signed)
            if before:
                found[-1] = (before, told["until"])
            found.append((key, None))
        return found

    def proof(self, m: Any, keys: list[bytes]) -> None:
        p = self.json("proof.json", "checkpoint leaf path sequence v")
        leaf = json.loads(p["leaf"])
        hashed = hashlib.sha256(dict(self.files)["manifest.json"]).hexdigest()
        assert (leaf["id"], leaf["event"]) == (m["id"], "journal.bundle.signed")
        assert leaf["detail"] == {"kind": m["kind"], "manifest": hashed}
        origin, size, root, empty, *lines, last = p["checkpoint"].split("\n")
        assert (origin, empty, last) == (m["journal"], "", "")
        body = f"{origin}\n{size}\n{root}\n".encode()
        good = 0
        for key in keys:
            key_id = hashlib.sha256(origin.encode() + b"\n\x01" + key).digest()[:4]
            for line in lines:
                blob = self.base64(line.removeprefix(f"— {origin} "))
                if blob[:4] == key_id:
                    Ed25519PublicKey.from_public_bytes(key).verify(blob[4:], body)
                    good += 1
        assert good
        fn, sn, r = p["sequence"], int(size) - 1, hashlib.sha256(b"\0" + p["leaf"].encode()).digest()
        assert 0 <= fn <= sn
        for v in map(self.base64, p["path"]):
            assert sn
            if fn % 2 or fn == sn:
                r = hashlib.sha256(b"\1" + v + r).digest()
                while fn and not fn % 2:
                    fn, sn = fn >> 1, sn >> 1
            else:
                r = hashlib.sha256(b"\1" + r + v).digest()
            fn, sn = fn >> 1, sn >> 1
        assert (sn, r) == (0, self.base64(root))


REFUSED = (AssertionError, InvalidSignature, ValueError, KeyError, IndexError, TypeError)


def test_the_panels_own_writer_gives_the_golden_archive() -> None:
    assert Forge(chain=(FIRST, SECOND), until=AT + timedelta(days=30)).data() == GOLDEN


def test_the_pages_blocks_and_layout_give_the_golden_archive() -> None:
    page = FromThePage.__new__(FromThePage)
    page.files = [
        (name, (text + ("\n" if name in {"receipt.json", "words/notice.txt"} else "")).encode())
        for name, text in BLOCKS.items()
    ]
    assert page.built() == GOLDEN
    assert hashlib.sha256(GOLDEN).hexdigest() in PAGE
    for piece in (GOLDEN[:43], GOLDEN[-22:]):
        assert piece.hex() in PAGE


def test_a_verifier_written_from_the_page_agrees_with_ours(tmp_path: Path) -> None:
    for data in (GOLDEN, Forge().data(), Forge(chain=(FIRST, SECOND), signer=1, tools={"verify.py": b"x"}).data()):
        FromThePage(data).check()
        verify(save(tmp_path, data))


@pytest.mark.parametrize(("what", "data"), [one[:2] for one in attacks()], ids=[one[0] for one in attacks()])
def test_it_refuses_what_ours_refuses(what: str, data: bytes) -> None:
    with pytest.raises(REFUSED):
        FromThePage(data).check()


def test_it_finds_every_flipped_bit() -> None:
    for _where, data in flips(GOLDEN):
        with pytest.raises(REFUSED):
            FromThePage(data).check()
