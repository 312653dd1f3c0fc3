"""What somebody may do to a bundle: (what, bytes, code of the refusal, a word that its sentence must hold)."""

import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from panel.journal.rules import canonical
from tests.panel.journal.bundles.forge import AT, FIRST, ORIGIN, SECOND, Forge, regions, zipped

FOREIGN = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
Attack = tuple[str, bytes, str, str]


def changed(parts: dict[str, bytes], **by: object) -> bytes:
    """`file__key=value`: another value in one of the bundle's own files, in canonical form, with a right CRC."""
    parts = dict(parts)
    for place, value in by.items():
        name, _, key = place.partition("__")
        found = {**json.loads(parts[f"{name}.json"]), key: value}
        parts[f"{name}.json"] = canonical.encode(found)
    return zipped(parts)


def flips(data: bytes) -> Iterator[tuple[str, bytes]]:
    """One bit in every region, and in every byte of the headers' regions."""
    for name, region in regions(data).items():
        headers = name.startswith("header") or name in {"directory", "end"}
        for place in region if headers else (region[0], region[len(region) // 2], region[-1]):
            made = bytearray(data)
            made[place] ^= 0x10
            yield f"{name} at {place}", bytes(made)


def contents() -> Iterator[Attack]:
    """Files dropped, added, swapped, replaced: with the archive's own sums put right again."""
    parts = Forge().parts()
    for name in parts:
        if name != "proof.json":
            yield f"drop {name}", zipped({n: d for n, d in parts.items() if n != name}), "missing", name
    yield "add", zipped({**parts, "more.txt": b"more"}), "added", "more.txt"
    swapped = {**parts, "receipt.json": parts["words/notice.txt"], "words/notice.txt": parts["receipt.json"]}
    yield "swap two files", zipped(swapped), "altered", "receipt.json"
    for name in ("receipt.json", "words/notice.txt"):
        yield f"replace {name}", zipped({**parts, name: parts[name].replace(b"e", b"E")}), "altered", name
    yield "order", zipped(dict([*parts.items()][:4] + [*parts.items()][:3:-1])), "layout", "order"
    yield "spacing", zipped({**parts, "manifest.json": parts["manifest.json"] + b" "}), "malformed", "manifest.json"


def signatures() -> Iterator[Attack]:
    """Another kind, another bundle's papers, other keys."""
    one, parts, other = Forge(), Forge().parts(), Forge(kind="erasure.certificate", others=5).parts()
    yield "kind", changed(parts, manifest__kind="erasure.certificate"), "signature", "manifest"
    yield "about", changed(parts, manifest__about={"title": "Other"}), "signature", "manifest"
    yield "instant", changed(parts, manifest__at="2026-11-23T00:00:00.000000Z"), "signature", "manifest"
    yield "another's signature", zipped({**parts, "signature.json": other["signature.json"]}), "signature", "signature"
    yield "another's proof", zipped({**parts, "proof.json": other["proof.json"]}), "replayed", "another manifest"
    later = Forge(id=one.id.__class__(int=one.id.int + 1)).parts()
    yield (
        "a later one's proof",
        zipped({**parts, "proof.json": later["proof.json"]}),
        "replayed",
        "another journal entry",
    )
    yield "version", changed(parts, manifest__v=2), "version", "manifest.json"
    yield (
        "foreign keys.json",
        zipped({**parts, "keys.json": Forge(chain=(FOREIGN,)).parts()["keys.json"]}),
        "foreign_key",
        "key",
    )
    chained = Forge(chain=(FIRST, SECOND)).parts()
    broken = json.loads(chained["keys.json"])
    broken["keys"][1]["signature"] = broken["keys"][0]["signature"]
    yield "a key that nobody named", zipped({**chained, "keys.json": canonical.encode(broken)}), "keys", "not signed"
    ended = Forge(chain=(FIRST, SECOND), until=AT - timedelta(hours=1))
    yield "after the key's end", ended.data(), "key_ended", "after the end"


def proofs() -> Iterator[Attack]:
    """A proof that is almost one."""
    parts = Forge().parts()
    proof = json.loads(parts["proof.json"])
    yield "sequence", changed(parts, proof__sequence=proof["sequence"] + 1), "proof", "path"
    yield "path cut", changed(parts, proof__path=proof["path"][:-1]), "proof", "short"
    yield "path turned", changed(parts, proof__path=proof["path"][::-1]), "proof", "path"
    yield "path longer", changed(parts, proof__path=proof["path"] * 3), "proof", "long"
    note = proof["checkpoint"]
    yield "size", changed(parts, proof__checkpoint=note.replace("\n4\n", "\n5\n")), "proof", "signature"
    foreign = note.replace(ORIGIN, ORIGIN[:-1] + "1")
    yield "journal", changed(parts, proof__checkpoint=foreign), "proof", "another journal"
    unsigned = json.loads(Forge(chain=(FOREIGN,)).parts()["proof.json"])["checkpoint"]
    yield "foreign checkpoint", changed(parts, proof__checkpoint=unsigned), "proof", "no key"


def archives() -> Iterator[Attack]:
    """The zip as a weapon."""
    parts = Forge().parts()
    data, pairs = zipped(parts), [*parts.items()]
    yield "cut by one byte", data[:-1], "truncated", "cut off"
    yield "cut in half", data[: len(data) // 2], "truncated", "cut off"
    yield "empty", b"", "truncated", "no zip"
    yield "trailing data", data + b"x", "trailing", "after the end"
    yield "data before", b"MZ" + data, "truncated", "put in"
    yield "a name twice", zipped([*pairs, ("receipt.json", b"{}")]), "duplicate", "twice"
    yield "case fold", zipped([*pairs, ("Receipt.JSON", b"{}")]), "duplicate", "some systems"
    for name in (
        "../up.txt",
        "/etc/passwd",
        "a\\b.txt",
        "words/../../x",
        "C:x",
        ".hidden",
        "words//x",
        "a/",
        "x" * 201,
    ):
        yield f"name {name[:20]}", zipped([*pairs, (name, b"x")]), "unsafe_name", "no name"
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
        made.writestr("bomb.txt", bytes(10**7))
    yield "zip bomb", held.getvalue(), "compressed", "bomb"
    huge = bytearray(data)
    huge[regions(data)["directory"][0] + 20 : regions(data)["directory"][0] + 28] = b"\xff" * 8
    yield "a size beyond the file", bytes(huge), "truncated", "longer"


def attacks() -> list[Attack]:
    return [*contents(), *signatures(), *proofs(), *archives()]
