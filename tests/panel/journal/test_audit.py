"""The check of a whole journal on lists: every alteration is found, and named as far as it can be."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from panel.journal.rules import checkpoint, leaf, tree
from panel.journal.rules.audit import CHUNK, Audit, Finding, Head, Row

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key().public_bytes_raw()
ORIGIN = "clawpanel/journal/test"


class Journal:
    """A journal in memory, sealed in steps, that can be tampered with."""

    def __init__(self, steps: list[int]) -> None:
        self.rows: list[Row] = []
        self.heads: list[Head] = []
        self.nodes: dict[tuple[int, int], bytes] = {}
        grown = tree.Frontier()
        for step in steps:
            for _ in range(step):
                row = self.row(len(self.rows))
                self.rows.append(row)
                self.nodes.update({(level, place): made for level, place, made in grown.append(row.hashed)})
            self.heads.append(self.head(grown.size, grown.root()))

    @staticmethod
    def row(number: int, word: str = "done") -> Row:
        at = datetime(2026, 11, 22, 12, 0, number % 60, tzinfo=UTC)
        made = leaf.Leaf(UUID(int=number + 1), at, f"test.thing.{word}", ("system", None), detail={"n": number})
        data = made.data()
        return Row(number, made.id, made.event, tree.leaf_hash(data), data, leaf.columns_of(made))

    @staticmethod
    def head(size: int, root: bytes, origin: str = ORIGIN, key: Ed25519PrivateKey = KEY) -> Head:
        note = checkpoint.sign(checkpoint.Checkpoint(origin, size, root), key)
        return Head(size, root, note, PUBLIC)

    def check(self, outside: checkpoint.Checkpoint | None = None) -> list[Finding]:
        def nodes(level: int, first: int, last: int) -> dict[int, bytes]:
            span = range(first, last + 1)
            return {one: self.nodes[level, one] for one in span if (level, one) in self.nodes}

        audit = Audit(origin=ORIGIN, heads=self.heads, nodes=nodes, outside=outside)
        for row in self.rows:
            audit.feed(row)
        return audit.finish()


def replaced(row: Row, **change: Any) -> Row:
    return row._replace(**change)


def kinds(findings: list[Finding]) -> set[str]:
    return {one.kind for one in findings}


STEPS = st.lists(st.integers(1, 9), min_size=1, max_size=12)


@given(STEPS)
def test_an_honest_journal_has_no_findings(steps: list[int]) -> None:
    journal = Journal(steps)
    assert journal.check() == []
    for head in journal.heads:
        assert journal.check(checkpoint.parse(head.note).checkpoint) == []


@given(STEPS, st.data())
def test_an_altered_leaf_is_named_exactly(steps: list[int], data: st.DataObject) -> None:
    journal = Journal(steps)
    spot = data.draw(st.integers(0, len(journal.rows) - 1))
    journal.rows[spot] = replaced(journal.rows[spot], data=Journal.row(spot, "undone").data)
    (finding,) = journal.check()
    assert (finding.kind, finding.sequence, finding.leaf) == ("altered_leaf", spot, UUID(int=spot + 1))
    assert finding.event == "test.thing.done"


@given(STEPS, st.data())
def test_a_leaf_altered_with_its_index_entry_is_found_and_fenced_in(steps: list[int], data: st.DataObject) -> None:
    journal = Journal(steps)
    spot = data.draw(st.integers(0, len(journal.rows) - 1))
    journal.rows[spot] = Journal.row(spot, "undone")
    found = journal.check()
    assert "root_differs" in kinds(found)
    if any(level == 1 and place == spot // 2 for level, place in journal.nodes):
        node = next(one for one in found if one.kind == "node_differs")
        assert node.sequence == spot // 2 * 2
        assert str(UUID(int=spot + 1)) in node.sentence


@given(STEPS, st.data())
def test_a_whole_tree_made_anew_fails_at_the_first_checkpoint_after_it(steps: list[int], data: st.DataObject) -> None:
    journal = Journal(steps)
    spot = data.draw(st.integers(0, len(journal.rows) - 1))
    forged = Journal(steps)
    grown = tree.Frontier()
    forged.rows[spot] = Journal.row(spot, "undone")
    for row in forged.rows:
        forged.nodes.update({(level, place): made for level, place, made in grown.append(row.hashed)})
    (finding,) = forged.check()
    assert finding.kind == "root_differs"
    before = max((head.size for head in journal.heads if head.size <= spot), default=0)
    after = min(head.size for head in journal.heads if head.size > spot)
    assert str(after) in finding.sentence
    assert (finding.sequence == spot) if after - before == 1 else (f"{before} to {after - 1}" in finding.sentence)


@given(STEPS, st.data())
def test_a_removed_leaf_is_named_from_the_index(steps: list[int], data: st.DataObject) -> None:
    journal = Journal(steps)
    spot = data.draw(st.integers(0, len(journal.rows) - 1))
    journal.rows[spot] = replaced(journal.rows[spot], data=None)
    (finding,) = journal.check()
    assert (finding.kind, finding.sequence, finding.event) == ("missing_leaf", spot, "test.thing.done")


def test_a_gap_in_the_index_is_found() -> None:
    journal = Journal([3, 4])
    del journal.rows[2:4]
    (finding,) = journal.check()
    assert (finding.kind, finding.sequence) == ("missing_entry", 2)
    assert "2 to 3" in finding.sentence


def test_a_cut_end_is_found_while_a_checkpoint_is_left() -> None:
    journal = Journal([3, 4])
    del journal.rows[5:]
    assert "shorter_than_checkpoint" in kinds(journal.check())


def test_a_cut_end_with_its_checkpoints_is_found_by_an_outside_copy_only() -> None:
    journal = Journal([3, 4])
    kept = checkpoint.parse(journal.heads[-1].note).checkpoint
    del journal.rows[3:], journal.heads[1:]
    assert journal.check() == []
    (finding,) = journal.check(kept)
    assert (finding.kind, finding.sequence) == ("shorter_than_outside", 3)


def test_entries_under_no_checkpoint_are_found() -> None:
    journal = Journal([3])
    journal.rows.append(Journal.row(3))
    journal.nodes.update(Journal([4]).nodes)
    (finding,) = journal.check()
    assert (finding.kind, finding.sequence) == ("no_checkpoint", 3)


def test_a_rewritten_journal_differs_from_an_outside_copy() -> None:
    kept = checkpoint.parse(Journal([5]).heads[-1].note).checkpoint
    rewritten = Journal([3, 4])
    rewritten.rows[1] = Journal.row(1, "undone")
    assert "outside_differs" in kinds(rewritten.check(kept))


def test_columns_that_lie_are_found() -> None:
    journal = Journal([2])
    told = journal.rows[1].columns or ()
    journal.rows[1] = replaced(journal.rows[1], columns=(*told[:2], "person", *told[3:]))
    (finding,) = journal.check()
    assert (finding.kind, finding.sequence) == ("altered_columns", 1)
    journal = Journal([2])
    journal.rows[0] = replaced(journal.rows[0], event="test.thing.else")
    assert kinds(journal.check()) == {"altered_columns"}


def test_sealed_bytes_that_are_no_leaf_are_found() -> None:
    journal = Journal([1])
    journal.rows[0] = replaced(journal.rows[0], data=b"{}", hashed=tree.leaf_hash(b"{}"))
    assert {"malformed_leaf", "root_differs"} == kinds(journal.check())


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda head: Head(head.size, head.root, head.note, None), "foreign_signer"),
        (lambda head: Head(head.size, head.root, head.note.replace("\n3\n", "\n4\n"), PUBLIC), "bad_signature"),
        (lambda _: Journal.head(3, bytes(32)), "root_differs"),
        (lambda head: Head(3, head.root, Journal.head(3, bytes(32)).note, PUBLIC), "altered_checkpoint"),
        (lambda head: Journal.head(3, head.root, origin="clawpanel/journal/other"), "altered_checkpoint"),
        (lambda head: Journal.head(3, head.root, key=Ed25519PrivateKey.generate()), "bad_signature"),
        (lambda head: Head(3, head.root, "nonsense", PUBLIC), "bad_signature"),
    ],
)
def test_altered_checkpoints_are_found(change: Callable[[Head], Head], kind: str) -> None:
    journal = Journal([3, 4])
    journal.heads[0] = change(journal.heads[0])
    assert kind in kinds(journal.check())


def test_altered_and_missing_nodes_are_found_in_large_journals_too() -> None:
    journal = Journal([CHUNK] * 3 + [7])
    journal.nodes[5, 3] = bytes(32)
    del journal.nodes[1, CHUNK]
    found = journal.check()
    assert [(one.kind, one.sequence) for one in found] == [("node_differs", 3 << 5), ("node_differs", 2 * CHUNK)]


WORDS = st.text('ab"\\{}:,é@.0123456789\U0001f600 ', max_size=6)
DETAILS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=5,
)
REFERENCES = st.none() | st.tuples(WORDS, st.none() | st.uuids())


def _leaf(detail: Any, actor: Any, via: Any, request: str, people: int) -> leaf.Leaf:
    commitments = tuple(bytes([number]) * 32 for number in range(people))
    moment = datetime(2026, 11, 22, 12, tzinfo=UTC)
    return leaf.Leaf(
        UUID(int=7), moment, "test.thing.done", actor or ("system", None), via, None, request, detail, commitments
    )


@given(st.dictionaries(WORDS, DETAILS, max_size=2), REFERENCES, REFERENCES, WORDS, st.integers(0, 2), st.data())
def test_the_quick_yes_is_never_wrong(
    detail: Any, actor: Any, via: Any, request: str, people: int, data: st.DataObject
) -> None:
    """Of a leaf, and of one in which a byte was changed, dropped or doubled: whoever gets a yes parses to these columns."""
    made = _leaf(detail, actor, via, request, people)
    try:
        whole = made.data()
    except leaf.LeafError:
        return
    spot = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.sampled_from([b"", b"0", b'"', b",", b"}", b" ", whole[spot : spot + 1] * 2]))
    for one in (whole, whole[:spot] + byte + whole[spot + 1 :]):
        if leaf.repeats(one, str(made.id), leaf.columns_of(made)):
            found = leaf.parse(one)
            assert (found.id, leaf.columns_of(found)) == (made.id, leaf.columns_of(made))


def test_ordinary_leaves_get_the_quick_yes() -> None:
    for detail in ({}, {"fields": ["value"], "version": 4}, {"a": {"b": None}, "c": True}):
        made = _leaf(detail, ("person", UUID(int=3)), ("session", UUID(int=4)), "req_7f3a", 2)
        assert leaf.repeats(made.data(), str(made.id), leaf.columns_of(made))
        other = (*leaf.columns_of(made)[:-1], "req_7f3b")
        assert not leaf.repeats(made.data(), str(made.id), other)
