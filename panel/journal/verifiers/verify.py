#!/usr/bin/env python3
"""Verify a signed bundle without the panel that made it, offline: python verify.py BUNDLE.zip [--keys keys.json]

Needs Python 3.10 or newer and the package "cryptography". Takes the zip or the folder it was unpacked into. Nothing is changed,
nothing is fetched. A bundle of the journal (kind journal.range) is read entry by entry; give --checkpoint with one that you kept,
and an end that was cut off or a journal that was written anew is found too. The format is described in bundle-format.md.
Exit code 0: verified, and the key is one that you named; 3: unaltered, but whether the key is the right one is yours to compare;
1: not what was signed; 2: could not be read.
"""
# ruff: noqa: T201, PTH123 - a script of its own, for people

from __future__ import annotations

import argparse
import base64
import json
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

OWN = ("manifest.json", "signature.json", "keys.json", "proof.json")
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(/[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)*")
MOST, CHUNK, SMALL = 4102, 1 << 20, 1 << 24
Key = tuple[bytes, str, str | None]  # public key, from, until
MANIFEST = {"about", "at", "files", "id", "installation", "journal", "key", "kind", "schema", "tools", "v"}


class Refused(Exception):  # noqa: N818 - an answer
    """The bundle is not what was signed; `code` is stable, the sentence names the place."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def need(holds: object, code: str, sentence: str) -> None:
    if not holds:
        raise Refused(code, sentence)


class Zip:
    """The strict reading of one archive: every byte is where the format says, or it is refused."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.length = self.file.seek(0, 2)
        self.places: dict[str, tuple[int, int, int]] = {}
        count, size, offset = self._end()
        directory, at, place = self._at(offset, size), 0, 0
        for _ in range(count):
            name, crc, length, at = self._line(directory, at, place)
            head = b"PK\x03\x04" + struct.pack("<H", 20) + _common(name, crc, length) + name.encode()
            need(self._at(place, len(head)) == head, "header", f"{name}: its header differs from the directory's line.")
            self.places[name] = (place + len(head), length, crc)
            place += len(head) + length
        need(at == size and place == offset, "layout", "Bytes stand between the entries and the directory.")

    def _at(self, place: int, size: int) -> bytes:
        self.file.seek(place)
        return self.file.read(size)

    def _end(self) -> tuple[int, int, int]:
        tail = self._at(max(0, self.length - 22), 22)
        if len(tail) < 22 or tail[:4] != b"PK\x05\x06":
            rest = self._at(max(0, self.length - 70000), 70000)
            later = rest.rfind(b"PK\x05\x06")
            trailing = 0 <= later < len(rest) - 22
            need(not trailing, "trailing", "Data follows after the end of the archive.")
            raise Refused("truncated", "The file is cut off, or is no zip.")
        *zeros, here, count, size, offset, comment = struct.unpack("<HHHHIIH", tail[4:])
        need(zeros == [0, 0] and here == count and comment == 0, "end", "The end of the archive was changed.")
        need(count <= MOST and size < SMALL, "end", f"The archive names more than {MOST} files.")
        need(offset + size + 22 == self.length, "truncated", "The archive is cut off, or bytes were put in.")
        return count, size, offset

    def _line(self, directory: bytes, at: int, place: int) -> tuple[str, int, int, int]:
        need(
            directory[at : at + 4] == b"PK\x01\x02" and len(directory) >= at + 46,
            "directory",
            "The directory is damaged.",
        )
        method, crc, packed, length = struct.unpack("<HxxxxIII", directory[at + 10 : at + 28])
        (size,) = struct.unpack("<H", directory[at + 28 : at + 30])
        name = directory[at + 46 : at + 46 + size].decode("latin-1")
        need(name not in self.places, "duplicate", f"{name!r} stands twice in the archive.")
        safe = len(name) <= 200 and NAME.fullmatch(name)
        need(safe, "unsafe_name", f"{name!r} is no name for a file in a bundle (it could lead out of the folder).")
        same = [one for one in self.places if one.lower() == name.lower()]
        need(not same, "duplicate", f"{name!r} and {same and same[0]!r} are one file on some systems.")
        need(method == 0 and packed == length, "compressed", f"{name}: compressed entries are refused (zip bombs).")
        need(place + 30 + size + length <= self.length, "truncated", f"{name}: longer than the archive.")
        line = b"PK\x01\x02" + struct.pack("<HH", 3 << 8 | 20, 20) + _common(name, crc, length)
        line += struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, place) + name.encode()
        need(directory[at : at + len(line)] == line, "directory", f"{name}: its line in the directory was changed.")
        return name, crc, length, at + len(line)

    def names(self) -> list[str]:
        return list(self.places)

    def size(self, name: str) -> int:
        return self.places[name][1]

    def chunks(self, name: str) -> Iterator[bytes]:
        place, left, wanted = self.places[name]
        crc = 0
        while left:
            data = self._at(place, min(CHUNK, left))
            place, left, crc = place + len(data), left - len(data), crc32(data, crc)
            yield data
        need(crc == wanted, "altered", f"{name} was changed: its checksum differs.")


def _common(name: str, crc: int, length: int) -> bytes:
    return struct.pack("<HHHHIIIHH", 0x0800, 0, 0, 0x21, crc, length, length, len(name), 0)


class Folder:
    """A bundle that was unpacked."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        return sorted(one.relative_to(self.path).as_posix() for one in self.path.rglob("*") if one.is_file())

    def size(self, name: str) -> int:
        return (self.path / name).stat().st_size

    def chunks(self, name: str) -> Iterator[bytes]:
        with open(self.path / name, "rb") as source:
            while data := source.read(CHUNK):
                yield data


def canonical(data: bytes, name: str, keys: set[str]) -> dict[str, Any]:
    """The object of canonical JSON (RFC 8785; no fractions) with exactly these keys."""
    try:
        found: Any = json.loads(data.decode(), parse_float=_whole, parse_constant=_whole)
    except ValueError:
        raise Refused("malformed", f"{name} is not JSON.") from None
    need(isinstance(found, dict) and set(found) == keys, "malformed", f"{name} has other keys than the format says.")
    text = json.dumps(_ordered(found), ensure_ascii=False, separators=(",", ":"))
    need(text.encode("utf-8", "surrogatepass") == data, "malformed", f"{name} is not in its canonical form.")
    need(found["v"] == 1, "version", f"{name} has another format version than this verifier knows (1).")
    return dict(found)


def _whole(text: str) -> None:
    raise ValueError(text)


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _ordered(value[key]) for key in sorted(value, key=lambda k: k.encode("utf-16-be", "surrogatepass"))
        }
    return [_ordered(one) for one in value] if isinstance(value, list) else value


def b64(text: Any, what: str, length: int | None = None) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        raise Refused("malformed", f"{what} is not base64.") from None
    exact = base64.b64encode(data).decode() == text and length in (None, len(data))
    need(exact, "malformed", f"{what} is not {length} bytes of base64.")
    return data


def signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def chain(listed: Any, journal: str) -> list[Key]:
    """[(public key, from, until)] of keys.json, each signed by the one before."""
    found: list[Key] = []
    before: bytes | None = None
    need(isinstance(listed, list) and listed, "keys", "keys.json names no key.")
    for one in listed:
        told = one["statement"]
        public = b64(told["key"], "A key in keys.json", 32)
        linked = told["previous"] == (sha256(before).hexdigest() if before else None) and told["journal"] == journal
        message = (
            b"panel/journal/key/v1\0" + json.dumps(_ordered(told), ensure_ascii=False, separators=(",", ":")).encode()
        )
        good = linked and signed_by(before or public, b64(one["signature"], "A signature in keys.json", 64), message)
        need(good, "keys", f"keys.json: the key {sha256(public).hexdigest()[:16]} is not signed by the one before it.")
        if found:
            found[-1] = (found[-1][0], found[-1][1], told["until"])
        found.append((public, told["from"], None))
        before = public
    return found


def small(source: Zip | Folder, name: str) -> bytes:
    need(name in source.names(), "missing", f"{name} is missing.")
    need(source.size(name) <= SMALL, "malformed", f"{name} is larger than 16 MiB.")
    return b"".join(source.chunks(name))


def check_files(source: Zip | Folder, manifest: dict[str, Any]) -> None:
    """Every file is listed, every listed file is there, and each has its size and hash."""
    listed = {one["name"]: one for one in manifest["files"] + manifest["tools"]}
    need(
        len(listed) == len(manifest["files"]) + len(manifest["tools"]), "malformed", "The manifest lists a file twice."
    )
    for name in listed:
        need(name in source.names(), "missing", f"{name} is missing.")
    for name in source.names():
        need(name in listed or name in OWN, "added", f"{name} is not listed in the manifest: it was added.")
    for name, told in listed.items():
        need(source.size(name) == told["size"], "altered", f"{name} was changed: it has another size.")
        hashed = sha256()
        for chunk in source.chunks(name):
            hashed.update(chunk)
        need(hashed.hexdigest() == told["sha256"], "altered", f"{name} was changed: its SHA-256 differs.")
    order = [name for name in source.names() if name in listed]
    need(isinstance(source, Folder) or order == list(listed), "layout", "The files stand in another order.")


def check_proof(data: bytes, manifest: dict[str, Any], hashed: str, keys: list[Key]) -> tuple[int, int]:
    """The journal holds this manifest's hash under a signed head. Returns (sequence, size)."""
    proof = canonical(data, "proof.json", {"checkpoint", "leaf", "path", "sequence", "v"})
    leaf = json.loads(proof["leaf"])
    same = leaf["id"] == manifest["id"] and leaf["event"] == "journal.bundle.signed"
    need(same, "replayed", "proof.json proves another journal entry.")
    told = {"kind": manifest["kind"], "manifest": hashed}
    need(leaf["detail"] == told, "replayed", "The journal entry names another manifest or kind.")
    size, root = signed_note(proof["checkpoint"], manifest["journal"], keys, "proof", "The checkpoint")
    here = sha256(b"\0" + proof["leaf"].encode()).digest()
    climbed = _root(proof["sequence"], size, here, [b64(one, "A step of the path", 32) for one in proof["path"]])
    need(climbed == root, "proof", "The path does not lead from the entry to the checkpoint.")
    return proof["sequence"], size


def signed_note(note: str, journal: str, keys: list[Key], code: str, named: str) -> tuple[int, bytes]:
    """(size, root) of a checkpoint (c2sp.org/tlog-checkpoint) that a key of this journal signed (c2sp.org/signed-note):
    signature lines of keys that we know must hold, and one must be there."""
    body, found, tail = note.rpartition("\n\n")
    lines = body.split("\n")
    formed = found and len(lines) == 3 and re.fullmatch("[0-9]{1,15}", lines[1]) and tail.endswith("\n")
    need(formed, code, f"{named} is malformed.")
    need(lines[0] == journal, code, f"{named} belongs to another journal.")
    known = {sha256(journal.encode() + b"\n\1" + key).digest()[:4]: key for key, _from, _until in keys}
    held = 0
    for line in tail[:-1].split("\n"):
        dash, name, blob = (*line.split(" "), "", "")[:3]
        need(dash == "—" and name and blob, code, f"{named}: a signature line is malformed.")
        data = b64(blob, f"{named}: a signature")
        key = known.get(data[:4]) if name == journal else None
        good = key is None or signed_by(key, data[4:], (body + "\n").encode())
        need(good, code, f"{named}: a signature is wrong, the text was changed.")
        held += key is not None
    need(held, "foreign_key" if code == "checkpoint" else code, f"{named}: no key of this journal signed it.")
    return int(lines[1]), b64(lines[2], f"{named}: the root", 32)


def _root(index: int, size: int, here: bytes, path: list[bytes]) -> bytes:
    """RFC 9162 2.1.3.2."""
    need(isinstance(index, int) and 0 <= index < size, "proof", "The entry is not among those of the checkpoint.")
    last = size - 1
    for step in path:
        need(last, "proof", "The path is too long.")
        if index & 1 or index == last:
            here = sha256(b"\1" + step + here).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            here = sha256(b"\1" + here + step).digest()
        index, last = index >> 1, last >> 1
    need(not last, "proof", "The path is too short.")
    return here


def rows(source: Zip | Folder, name: str) -> Iterator[dict[str, Any]]:
    """One object a line."""
    rest = b""
    for chunk in source.chunks(name):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(json.loads, lines)
    need(not rest, "malformed", f"{name} ends within a line.")


class Journal:
    """A range of the journal (bundle-format.md, "Ranges"): every entry against its hash, the tree that they give against each
    signed checkpoint. The first thing that does not fit is named."""

    def __init__(self, source: Zip | Folder, manifest: dict[str, Any], keys: list[Key], kept: list[str]) -> None:
        told = canonical(small(source, "range.json"), "range.json", {"end", "first", "open", "peaks", "v"})
        self.source, self.first, self.end, self.open = source, told["first"], told["end"], told["open"]
        self.at, self.size, self.agreed = manifest["at"], self.first, self.first
        self.peaks = [bytes.fromhex(one) for one in told["peaks"]]
        need(len(self.peaks) == self.first.bit_count(), "malformed", "range.json names another number of hashes.")
        self.checkpoints, self.covered = 0, self.first
        self.kept: list[int] = []
        self.marks: dict[int, list[tuple[str, bytes]]] = {}
        for note in kept:
            size, root = signed_note(note, manifest["journal"], keys, "kept", "The checkpoint that you kept")
            self._need_inside(size)
            self.kept.append(size)
            self._mark(size, root, "checkpoint that you kept")
        for one in rows(source, "receipts.jsonl"):
            size, root = signed_note(one["note"], manifest["journal"], keys, "receipt", f"The receipt of {one['by']}")
            if self.first <= size and (size <= self.end or self.open):
                self._mark(size, root, f"checkpoint that {one['by']} signed")
        for one in rows(source, "checkpoints.jsonl"):
            named = f"The stored checkpoint of {one['size']} entries"
            noted = signed_note(one["note"], manifest["journal"], keys, "checkpoint", named)
            need(noted == (one["size"], bytes.fromhex(one["root"])), "checkpoint", f"{named}: its signed text differs.")
            self._mark(*noted, "")
            self.checkpoints, self.covered = self.checkpoints + 1, max(self.covered, noted[0])

    def _need_inside(self, size: int) -> None:
        told = f"The checkpoint that you kept covers {size} entries, this range holds {self.first} to {self.end - 1}"
        near = f"{told}: take one that begins at entry {max(size - 1, 0)} or before, and reaches to it."
        need(self.first <= size and (size <= self.end or self.open), "out_of_range", near)

    def _mark(self, size: int, root: bytes, whose: str) -> None:
        """A root to be compared on the way; `whose` is empty for the journal's own checkpoints."""
        self.marks.setdefault(size, []).append((whose, root))

    def check(self) -> dict[str, Any]:
        """Raises Refused."""
        self._compare()
        for one in rows(self.source, "entries.jsonl"):
            place = one["sequence"]
            need(place == self.size, "missing_entry", f"Entry {self.size} is missing: entry {place} follows.")
            self._append(_hashed(one))
            self._compare()
        need(self.size == self.end, "malformed", "entries.jsonl ends before the range does.")
        for size, marked in sorted(self.marks.items()):
            whose = next((whose for whose, _root in marked if whose), "stored checkpoint")
            need(size <= self.size, "cut_off", f"The journal ends after {self.size} entries, but the {whose} covers {size}: "
                 f"its end was cut off, unless that checkpoint is newer than this bundle ({self.at}).")  # fmt: skip
        unsigned = f"From entry {self.covered} on no signed checkpoint covers what stands there."
        need(self.covered == self.size, "unsigned", unsigned)
        for one in rows(self.source, "beside.jsonl"):
            put = f"{one['id']} ({one['event']}) stands among the entries without a place: it was put in, or its place taken."
            need(one["what"] == "lost", "stray_leaf", put)
            raise Refused("lost_leaf", f"{one['id']} waited for its place and is gone.")
        return {"first": self.first, "end": self.end, "checkpoints": self.checkpoints, "kept": self.kept}

    def _append(self, here: bytes) -> None:
        place = self.size
        while place & 1:
            here, place = sha256(b"\1" + self.peaks.pop() + here).digest(), place >> 1
        self.peaks.append(here)
        self.size += 1

    def _compare(self) -> None:
        if self.size not in self.marks:
            return
        here = self.peaks[-1] if self.peaks else sha256().digest()
        for peak in self.peaks[-2::-1]:
            here = sha256(b"\1" + peak + here).digest()
        for whose, root in sorted(self.marks[self.size]):
            one = f"one of the entries {self.agreed} to" if self.agreed < self.size - 1 else "entry"
            span = f"{one} {self.size - 1} was changed together with its hash"
            if self.agreed == self.first > 0:
                span += ", or what stands before them"
            need(whose or here == root, "rewritten", f"The checkpoint of {self.size} entries has another root: {span}.")
            need(here == root, "not_what_was_kept", f"The {whose} covers {self.size} entries with another root than they have "
                 f"here: the journal was written anew since, or {span}.")  # fmt: skip
        self.agreed = self.size


def _hashed(one: dict[str, Any]) -> bytes:
    """The hash of one entry, once its bytes have it and its columns repeat them."""
    named = f"Entry {one['sequence']} ({one['event']}, {one['id']})"
    need(one["leaf"] is not None, "missing_leaf", f"{named} is gone, only its hash is left.")
    here = sha256(b"\0" + one["leaf"].encode("utf-8", "surrogatepass")).digest()
    need(here.hex() == one["hash"], "altered_leaf", f"{named} was changed: its bytes do not have its hash.")
    leaf = json.loads(one["leaf"])
    means, thing = ((leaf[name]["kind"], leaf[name]["id"]) if leaf[name] else ("", None) for name in ("via", "object"))
    told = [leaf["at"], leaf["event"], leaf["actor"]["kind"], leaf["actor"]["id"], *means, *thing, leaf["request"]]
    same = told == one["columns"] and (leaf["id"], leaf["event"]) == (one["id"], one["event"])
    need(same, "altered_columns", f"{named}: the columns that the panel's lists show do not repeat its bytes.")
    return here


def verify(
    path: Path | str, *, pinned: set[str] | None = None, proof: bytes | None = None, kind: str = "", kept: Iterable[str] = ()
) -> dict[str, Any]:  # fmt: skip
    """What the bundle says, once everything holds; raises Refused. `pinned` are fingerprints of keys that you trust,
    `proof` a proof.json that came later, `kind` what you expect it to be, `kept` checkpoints that went out earlier."""
    try:
        if Path(path).is_dir():
            return _verify(Folder(Path(path)), pinned or set(), proof, kind, list(kept))
        with open(path, "rb") as file:
            return _verify(Zip(file), pinned or set(), proof, kind, list(kept))
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError, struct.error) as error:
        raise Refused("malformed", f"Something in the bundle is malformed ({type(error).__name__}: {error}).") from None


def _verify(source: Zip | Folder, pinned: set[str], later: bytes | None, kind: str, kept: list[str]) -> dict[str, Any]:
    data = small(source, "manifest.json")
    manifest = canonical(data, "manifest.json", MANIFEST)
    need(not kind or manifest["kind"] == kind, "other_kind", f"This is a {manifest['kind']}, not a {kind}.")
    check_files(source, manifest)
    keys = chain(canonical(small(source, "keys.json"), "keys.json", {"keys", "v"})["keys"], manifest["journal"])
    prints = [sha256(public).hexdigest() for public, _from, _until in keys]
    need(manifest["key"] in prints, "foreign_key", "keys.json does not hold the key that the manifest names.")
    public, _from, until = keys[prints.index(manifest["key"])]
    signature = canonical(small(source, "signature.json"), "signature.json", {"signature", "v"})["signature"]
    good = signed_by(public, b64(signature, "The signature", 64), b"panel/bundle/v1\0" + data)
    need(good, "signature", "signature.json does not belong to this manifest.")
    need(until is None or manifest["at"] <= until, "key_ended", "It was signed after the end of its key.")
    earlier = set(prints[: prints.index(manifest["key"]) + 1])
    need(not pinned or earlier & pinned, "foreign_key", "It was signed by a key that is none of those you trust.")
    is_range = manifest["kind"] == "journal.range"
    need(
        is_range or not kept, "other_kind", f"A checkpoint is compared with a journal.range, not a {manifest['kind']}."
    )
    journal = Journal(source, manifest, keys, kept).check() if is_range else None
    proof = small(source, "proof.json") if "proof.json" in source.names() else later
    place = check_proof(proof, manifest, sha256(data).hexdigest(), keys) if proof else None
    names = [*OWN[: 4 if "proof.json" in source.names() else 3]]
    need(
        isinstance(source, Folder) or source.names()[: len(names)] == names,
        "layout",
        "The files stand in another order.",
    )
    found = {**manifest, "confirmed": bool(pinned), "sequence": place and place[0], "size": place and place[1]}
    return {**found, "range": journal, "keys": len(keys)}


def trusted(keys: Path | None, fingerprint: str | None) -> set[str]:
    """Fingerprints from a keys.json that you got from the panel itself, or as you typed one."""
    if fingerprint:
        return {re.sub(r"[^0-9a-f]", "", fingerprint.lower())}
    if keys is None:
        return set()
    listed = json.loads(keys.read_text("utf-8"))["keys"]
    journal = listed[0]["statement"]["journal"]
    bare = [{"statement": one["statement"], "signature": one["signature"]} for one in listed]
    return {sha256(public).hexdigest() for public, _from, _until in chain(bare, journal)}


def tell(found: dict[str, Any]) -> None:
    """For people."""
    sealed = f"entry {found['sequence']} of the journal, checkpoint {found['size']}"
    waits = "not yet: fetch its proof.json from the panel and give it with --proof"
    shown = {"kind": found["kind"], "id": found["id"], "signed at": found["at"], "about": json.dumps(found["about"])}
    shown |= {"installation": found["installation"], "files": ", ".join(one["name"] for one in found["files"])}
    shown |= {"in the journal": waits if found["size"] is None else sealed, "key": found["key"]}
    if journal := found["range"]:
        shown["entries"] = f"{journal['first']} to {journal['end'] - 1}, each with its hash and place: none was changed"
        shown["checkpoints"] = f"{journal['checkpoints']} stored, each signed and with the root that the entries give"
        kept = ", ".join(f"{size} entries" for size in journal["kept"])
        shown["kept"] = kept or "no checkpoint of yours was compared: a cut end shows only against one (--checkpoint)"
        shown["changes of key"] = f"{found['keys'] - 1}, each named by the key before it"
    for name, value in shown.items():
        print(f"{name + ':':15} {value}")
    confirmed = "VERIFIED: nothing was changed, and it was signed by a key that you trust."
    open_end = "UNALTERED. Compare the key with the key page of the panel, or give --keys or --fingerprint."
    print(confirmed if found["confirmed"] else open_end)


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify a signed bundle, offline.")
    parser.add_argument("bundle", type=Path, help="the zip, or the folder it was unpacked into")
    parser.add_argument("--keys", type=Path, help="keys.json of the panel, from /.well-known/clawpanel/keys.json")
    parser.add_argument("--fingerprint", help="of the key that you trust, 64 hex digits")
    parser.add_argument("--proof", type=Path, help="a proof.json that was fetched later")
    parser.add_argument("--kind", default="", help="refuse every other kind")
    parser.add_argument(
        "--checkpoint", type=Path, action="append", default=[], help="one that you kept, of the journal"
    )
    given = parser.parse_args()
    try:
        proof = given.proof.read_bytes() if given.proof else None
        pinned = trusted(given.keys, given.fingerprint)
        kept = [one.read_text("utf-8") for one in given.checkpoint]
        found = verify(given.bundle, pinned=pinned, proof=proof, kind=given.kind, kept=kept)
    except Refused as refused:
        print(f"NOT VERIFIED ({refused.code}): {refused}")
        return 1
    except (OSError, KeyError, ValueError) as error:
        print(f"Could not be read: {error}")
        return 2
    tell(found)
    return 0 if found["confirmed"] else 3


if __name__ == "__main__":
    sys.exit(main())
