"""A verifier of the stored journal written from docs/reference/journal-format.md and bundle-format.md alone.

It imports nothing of the panel, asks the database in plain SQL, and trusts one thing: the fingerprint of the journal's first
key, noted down earlier. What it finds is a list of (word, first sequence or size that it concerns).
"""

import base64
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Found = tuple[str, int]
ROWS = (
    "SELECT i.sequence, i.leaf_id::text, i.hash, l.data, l.event, l.actor_kind, l.actor_id::text FROM journal_index i"
    " LEFT JOIN journal_leaf l ON l.id = i.leaf_id ORDER BY i.sequence"
)
STRAY = (
    "SELECT count(*) FROM journal_leaf l WHERE NOT EXISTS (SELECT FROM journal_index i WHERE i.leaf_id = l.id)"
    " AND NOT EXISTS (SELECT FROM journal_pending p WHERE p.leaf_id = l.id)"
)


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Outsider:
    def __init__(self, cursor: Any, fingerprint: str) -> None:
        self.cursor, self.fingerprint = cursor, fingerprint
        self.found: list[Found] = []
        self.changes = 0
        """How often one key followed another as it should: no finding."""

    def asked(self, statement: str) -> list[Any]:
        self.cursor.execute(statement)
        return list(self.cursor.fetchall())

    def find(self, word: str, place: int) -> None:
        self.found.append((word, place))

    def check(self, kept: str = "") -> list[Found]:
        """`kept`: a checkpoint that went out earlier."""
        keys = self.keys()
        heads = [self.note(note) for (note,) in self.asked("SELECT note FROM journal_checkpoint ORDER BY size")]
        for size, _root, lines in heads:
            if not any(self.signed(lines, key) for key in keys):
                self.find("foreign key", size)
        roots = self.walk({size: root for size, root, _lines in heads})
        end = max(roots, default=0)
        if heads and heads[-1][0] > end:
            self.find("cut off", end)
        if end > max((size for size, _root, _lines in heads), default=0):
            self.find("not signed", heads[-1][0] if heads else 0)
        if (count := self.asked(STRAY)[0][0]) > 0:
            self.find("put in or taken out", count)
        if kept:
            size, root, _lines = self.note(kept)
            if size > end:
                self.find("cut off below what was kept", end)
            elif roots[size] != root:
                self.find("not what was kept", size)
        return self.found

    def walk(self, heads: dict[int, bytes]) -> dict[int, bytes]:
        """Every entry, and the root after each; a root that is not the signed one is told once."""
        peaks: list[tuple[int, bytes]] = []
        roots, agreed, told, expected = {0: sha()}, 0, False, 0
        for sequence, identifier, hashed, data, *columns in self.asked(ROWS):
            if sequence != expected:
                self.find("missing", expected)
                told = True
            expected = sequence + 1
            here = self.entry(sequence, identifier, bytes(hashed), data, columns)
            size = 1
            while peaks and peaks[-1][0] == size:
                here, size = sha(b"\1", peaks.pop()[1], here), size * 2
            peaks.append((size, here))
            roots[expected] = self.folded(peaks)
            if expected in heads and not told:
                if heads[expected] == roots[expected]:
                    agreed = expected
                elif not any(place < expected for _word, place in self.found):
                    self.find("rewritten from", agreed)
                    told = True
        return roots

    def entry(self, sequence: int, identifier: str, hashed: bytes, data: Any, columns: list[Any]) -> bytes:
        if data is None:
            self.find("gone", sequence)
            return hashed
        if sha(b"\0", bytes(data)) != hashed:
            self.find("changed", sequence)
            return hashed
        leaf = json.loads(bytes(data))
        if [leaf["id"], leaf["event"], leaf["actor"]["kind"], leaf["actor"]["id"]] != [identifier, *columns]:
            self.find("columns lie", sequence)
        return hashed

    @staticmethod
    def folded(peaks: list[tuple[int, bytes]]) -> bytes:
        here = peaks[-1][1]
        for _size, peak in reversed(peaks[:-1]):
            here = sha(b"\1", peak, here)
        return here

    @staticmethod
    def note(text: str) -> tuple[int, bytes, tuple[str, list[str]]]:
        body, _empty, lines = text.partition("\n\n")
        _origin, size, root = body.split("\n")
        return int(size), base64.b64decode(root), (body + "\n", lines.splitlines())

    @staticmethod
    def signed(lines: tuple[str, list[str]], key: bytes) -> bool:
        body, signatures = lines
        origin = body.split("\n", 1)[0]
        wanted = sha(origin.encode(), b"\n\1", key)[:4]
        for line in signatures:
            name, blob = line.removeprefix("— ").rsplit(" ", 1)
            data = base64.b64decode(blob)
            if (name, data[:4]) == (origin, wanted):
                try:
                    Ed25519PublicKey.from_public_bytes(key).verify(data[4:], body.encode())
                except InvalidSignature:
                    return False
                return True
        return False

    def keys(self) -> list[bytes]:
        """The trusted key and every key that the one before it names: a change of keys. All others count for nothing."""
        publics = [bytes(public) for (public,) in self.asked("SELECT public FROM journal_signer ORDER BY id")]
        chain = [one for one in publics if hashlib.sha256(one).hexdigest() == self.fingerprint]
        for data, signature in self.asked("SELECT data, signature FROM journal_succession ORDER BY at, signer_id"):
            told = json.loads(bytes(data))
            if not chain or told["previous"] != hashlib.sha256(chain[-1]).hexdigest():
                continue
            try:
                signed = b"panel/journal/key/v1\0" + canonical(told)
                Ed25519PublicKey.from_public_bytes(chain[-1]).verify(bytes(signature), signed)
            except InvalidSignature:
                continue
            chain.append(base64.b64decode(told["key"]))
            self.changes += 1
        return chain
