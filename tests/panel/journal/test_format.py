"""Canonical JSON, leaves and checkpoints of format 1, with the golden file that docs/reference/journal-format.md shows."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from panel.journal.rules import canonical, checkpoint, leaf, tree

GOLDEN = json.loads((Path(__file__).parent / "golden" / "format1.json").read_text("utf-8"))
DOCS = Path(__file__).parents[3] / "docs" / "reference" / "journal-format.md"

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def sample() -> leaf.Leaf:
    """The leaf of the golden file."""
    identifier = UUID(GOLDEN["leaf"]["id"])
    personal = leaf.commitment(identifier, bytes.fromhex(GOLDEN["salt"]), GOLDEN["personal"])
    return leaf.Leaf(
        id=identifier,
        at=datetime.fromisoformat(GOLDEN["leaf"]["at"]),
        event="vault.secret.rotated",
        actor=("person", UUID(GOLDEN["leaf"]["actor"]["id"])),
        via=("key", UUID(GOLDEN["leaf"]["via"]["id"])),
        object=("vault.secret", UUID(GOLDEN["leaf"]["object"]["id"])),
        request=GOLDEN["leaf"]["request"],
        detail=GOLDEN["leaf"]["detail"],
        commitments=(personal,),
    )


class TestCanonical:
    def test_the_example_of_rfc_8785_without_fractions_comes_out(self) -> None:
        value = {"string": '€$\u000f\nA\'B"\\\\"/', "literals": [None, True, False], "\u20ac": "Euro", "1": "One"}
        assert canonical.encode(value) == (
            b'{"1":"One","literals":[null,true,false],"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/",'
            b'"\xe2\x82\xac":"Euro"}'
        )

    def test_keys_sort_by_utf_16_code_units(self) -> None:
        # RFC 8785 3.2.3: the emoji's surrogate D83D sorts before the presentation form FB33.
        assert canonical.encode({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()

    @given(JSON)
    def test_every_value_comes_back_and_has_one_spelling(self, value: object) -> None:
        data = canonical.encode(value)
        assert canonical.decode(data) == value
        assert canonical.encode(json.loads(data)) == data

    @given(st.dictionaries(TEXT, st.integers(0, 9), max_size=8))
    def test_the_order_of_insertion_does_not_matter(self, value: dict[str, int]) -> None:
        assert canonical.encode(value) == canonical.encode(dict(reversed(value.items())))

    @pytest.mark.parametrize("value", [1.5, 2**53, b"x", {1: 2}, "\ud800", {"a": {object}}, float("nan")])
    def test_values_without_a_canonical_form_are_refused(self, value: object) -> None:
        with pytest.raises(canonical.NotCanonicalError):
            canonical.encode(value)

    @pytest.mark.parametrize(
        "data",
        [b"", b'{"b":1,"a":2}', b'{ "a":1}', b'{"a":1.0}', b'{"a":1,"a":1}', b'"\\u0041"', b"\xff", b"NaN", b"1e3"],
    )
    def test_other_spellings_are_refused(self, data: bytes) -> None:
        with pytest.raises(canonical.NotCanonicalError):
            canonical.decode(data)

    def test_a_deep_nest_is_refused(self) -> None:
        with pytest.raises(canonical.NotCanonicalError):
            canonical.decode(b"[" * 100_000)


class TestLeaf:
    def test_the_golden_leaf_has_the_golden_bytes(self) -> None:
        assert sample().data().decode() == GOLDEN["bytes"]
        assert json.loads(GOLDEN["bytes"]) == GOLDEN["leaf"]
        assert tree.leaf_hash(sample().data()).hex() == GOLDEN["leaf_hash"]

    def test_a_leaf_comes_back_from_its_bytes(self) -> None:
        assert leaf.parse(sample().data()) == sample()

    def test_an_instant_has_one_spelling_whatever_its_zone(self) -> None:
        at = datetime(2026, 11, 22, 23, 30, tzinfo=timezone(timedelta(hours=2)))
        assert leaf.instant(at) == "2026-11-22T21:30:00.000000Z"
        with pytest.raises(leaf.LeafError):
            leaf.instant(at.replace(tzinfo=None))

    @pytest.mark.parametrize(
        "change",
        [
            {"v": 2},
            {"extra": 1},
            {"at": "2026-11-22T21:30:00Z"},
            {"id": "nobody"},
            {"actor": {"kind": "person"}},
            {"actor": {"kind": None, "id": None}},
            {"personal": ["xy"]},
            {"detail": None},
            {"via": []},
        ],
    )
    def test_other_bytes_are_no_leaf(self, change: dict[str, object]) -> None:
        if change == {"via": []}:
            change = {"via": [1]}
        with pytest.raises(leaf.LeafError):
            leaf.parse(canonical.encode({**GOLDEN["leaf"], **change}))

    def test_a_leaf_without_a_field_is_no_leaf(self) -> None:
        with pytest.raises(leaf.LeafError):
            leaf.parse(canonical.encode({key: value for key, value in GOLDEN["leaf"].items() if key != "at"}))

    @pytest.mark.parametrize(
        "detail", [{"to": "ada@example.org"}, {"a": ["x", {"b": "<b@c.de>"}]}, {"long": "x" * 513}]
    )
    def test_detail_that_looks_personal_or_long_is_refused(self, detail: dict[str, object]) -> None:
        with pytest.raises(leaf.LeafError):
            leaf.Leaf(UUID(int=1), datetime.now(UTC), "a.b", ("system", None), detail=detail).data()

    def test_a_leaf_has_a_largest_size(self) -> None:
        detail = {str(number): "x" * 500 for number in range(20)}
        with pytest.raises(leaf.LeafError):
            leaf.Leaf(UUID(int=1), datetime.now(UTC), "a.b", ("system", None), detail=detail).data()

    def test_a_commitment_binds_leaf_salt_and_detail(self) -> None:
        one = leaf.commitment(UUID(int=1), bytes(32), {"a": 1})
        others = {
            leaf.commitment(UUID(int=2), bytes(32), {"a": 1}),
            leaf.commitment(UUID(int=1), b"\x01" * 32, {"a": 1}),
            leaf.commitment(UUID(int=1), bytes(32), {"a": 2}),
        }
        assert len(others) == 3
        assert one not in others
        with pytest.raises(leaf.LeafError):
            leaf.commitment(UUID(int=1), b"short", {})


class TestCheckpoint:
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(GOLDEN["private_key"]))
    public = private.public_key().public_bytes_raw()
    head = checkpoint.Checkpoint(GOLDEN["origin"], 1, bytes.fromhex(GOLDEN["leaf_hash"]))

    def test_the_golden_checkpoint_comes_out(self) -> None:
        assert checkpoint.sign(self.head, self.private) == GOLDEN["checkpoint"]
        assert checkpoint.verifier_key(GOLDEN["origin"], self.public) == GOLDEN["verifier_key"]
        assert checkpoint.check(GOLDEN["checkpoint"], self.public) == self.head

    def test_the_example_key_of_signed_note_has_its_published_id(self) -> None:
        # golang.org/x/mod/sumdb/note's example: PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW
        public = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
        assert checkpoint.key_id("PeterNeumann", public).hex() == "c74f20a3"
        note = (
            "If you think cryptography is the answer to your problem,\n"
            "then you don't know what your problem is.\n"
            "\n"
            "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        )
        with pytest.raises(checkpoint.CheckpointError):  # a genuine note, and no checkpoint
            checkpoint.check(note, public)

    def test_signatures_of_witnesses_stand_beside_ours(self) -> None:
        witnessed = GOLDEN["checkpoint"] + "— witness.example AAAAAQ==\n".replace("AAAAAQ==", "AAAAAQI=")
        assert checkpoint.check(witnessed, self.public) == self.head
        assert len(checkpoint.parse(witnessed).signatures) == 2

    @pytest.mark.parametrize(
        "change",
        [
            ("\n1\n", "\n2\n"),
            ("\n1\n", "\n01\n"),
            ("\n1\n", "\n-1\n"),
            ("\n1\n", "\n１\n"),
            ("\n\n", "\n"),
            ("\n\n", "\nextension\n\n"),
            ("— ", "- "),
            ("— clawpanel", "— other"),
        ],
    )
    def test_an_altered_checkpoint_is_refused(self, change: tuple[str, str]) -> None:
        with pytest.raises(checkpoint.CheckpointError):
            checkpoint.check(GOLDEN["checkpoint"].replace(*change, 1), self.public)

    def test_every_flipped_byte_is_refused(self) -> None:
        note = GOLDEN["checkpoint"].encode()
        for spot in range(len(note)):
            flipped = bytes([*note[:spot], note[spot] ^ 1, *note[spot + 1 :]])
            with pytest.raises((checkpoint.CheckpointError, UnicodeDecodeError)):
                checkpoint.check(flipped.decode(), self.public)

    def test_another_key_did_not_sign_it(self) -> None:
        with pytest.raises(checkpoint.CheckpointError):
            checkpoint.check(GOLDEN["checkpoint"], Ed25519PrivateKey.generate().public_key().public_bytes_raw())


def test_the_reference_shows_the_golden_bytes() -> None:
    shown = DOCS.read_text("utf-8")
    for piece in (GOLDEN["bytes"], GOLDEN["leaf_hash"], GOLDEN["checkpoint"].strip(), GOLDEN["verifier_key"]):
        assert piece in shown
