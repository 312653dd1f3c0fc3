"""The stored tree against the definitions of RFC 6962 2.1, read literally."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.journal.rules import tree


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 2.1."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_proof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """PROOF and SUBPROOF of RFC 6962 2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_proof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], whole=False), naive_root(leaves[:k])]


class Store:
    """What the database holds: leaf hashes as level 0 and complete nodes."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.grown = tree.Frontier()
        for number, data in enumerate(leaves):
            hashed = tree.leaf_hash(data)
            self.nodes[0, number] = hashed
            for level, position, made in self.grown.append(hashed):
                self.nodes[level, position] = made

    def read(self, level: int, position: int) -> bytes:
        return self.nodes[level, position]


LEAVES = st.lists(st.binary(max_size=12), max_size=70)
SOME = st.lists(st.binary(max_size=12), min_size=1, max_size=70)

# The known answers of certificate-transparency's reference tree (eight leaves).
KNOWN = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
KNOWN_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("size", KNOWN_ROOTS)
def test_the_published_roots_come_out(size: int) -> None:
    assert Store([bytes.fromhex(one) for one in KNOWN[:size]]).grown.root().hex() == KNOWN_ROOTS[size]


@given(LEAVES)
def test_growing_leaf_by_leaf_gives_the_root_of_the_definition(leaves: list[bytes]) -> None:
    assert Store(leaves).grown.root() == naive_root(leaves)


@given(SOME, st.data())
def test_any_earlier_root_is_read_from_the_stored_nodes(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(0, len(leaves)))
    assert tree.root(size, Store(leaves).read) == naive_root(leaves[:size])


@given(SOME, st.data())
def test_growth_goes_on_from_a_stored_frontier(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(0, len(leaves)))
    grown = tree.frontier(size, Store(leaves).read)
    for one in leaves[size:]:
        grown.append(tree.leaf_hash(one))
    assert grown.root() == naive_root(leaves)


@given(SOME, st.data())
def test_inclusion_paths_are_those_of_the_definition_and_lead_to_the_root(
    leaves: list[bytes], data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    path = tree.inclusion(index, size, Store(leaves).read)
    assert path == naive_path(index, leaves[:size])
    assert tree.root_of_inclusion(index, size, tree.leaf_hash(leaves[index]), path) == naive_root(leaves[:size])


@given(SOME, st.data())
def test_another_leaf_or_an_altered_path_does_not_lead_to_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    size = len(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = tree.inclusion(index, size, Store(leaves).read)
    root = naive_root(leaves)
    assert tree.root_of_inclusion(index, size, tree.leaf_hash(leaves[index] + b"x"), path) != root
    if path:
        spot = data.draw(st.integers(0, len(path) - 1))
        path[spot] = bytes(32)
        assert tree.root_of_inclusion(index, size, tree.leaf_hash(leaves[index]), path) != root


@given(SOME, st.data())
def test_a_path_of_the_wrong_length_is_refused(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = tree.inclusion(index, len(leaves), Store(leaves).read)
    hashed = tree.leaf_hash(leaves[index])
    for wrong in ([*path, bytes(32)], path[:-1]):
        if wrong != path:
            with pytest.raises(tree.ProofError):
                tree.root_of_inclusion(index, len(leaves), hashed, wrong)


@given(SOME, st.data())
def test_consistency_proofs_are_those_of_the_definition_and_hold(leaves: list[bytes], data: st.DataObject) -> None:
    second = data.draw(st.integers(1, len(leaves)))
    first = data.draw(st.integers(1, second))
    path = tree.consistency(first, second, Store(leaves).read)
    assert path == naive_proof(first, leaves[:second])
    tree.check_consistency(first, naive_root(leaves[:first]), second, naive_root(leaves[:second]), path)


@given(st.lists(st.binary(max_size=12), min_size=2, max_size=70), st.data())
def test_a_rewritten_history_has_no_consistency_proof(leaves: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(leaves) - 1))
    spot = data.draw(st.integers(0, first - 1))
    rewritten = [*leaves[:spot], leaves[spot] + b"x", *leaves[spot + 1 :]]
    path = tree.consistency(first, len(leaves), Store(rewritten).read)
    with pytest.raises(tree.ProofError):
        tree.check_consistency(first, naive_root(leaves[:first]), len(leaves), naive_root(rewritten), path)
    with pytest.raises(tree.ProofError):
        tree.check_consistency(first, naive_root(leaves[:first]), len(leaves), naive_root(leaves), [*path, bytes(32)])


@settings(max_examples=50)
@given(st.integers(1, 10**9), st.data())
def test_a_proof_needs_few_nodes_and_tells_them_beforehand(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    wanted = tree.coordinates(lambda read: tree.inclusion(index, size, read))
    assert len(wanted) <= 2 * size.bit_length()
    assert len(tree.peaks_of(size)) == size.bit_count()


def test_what_lies_outside_the_tree_is_refused() -> None:
    store = Store([b"a", b"b"])
    for ask in (
        lambda: tree.inclusion(2, 2, store.read),
        lambda: tree.consistency(0, 2, store.read),
        lambda: tree.consistency(3, 2, store.read),
        lambda: tree.root_of_inclusion(2, 2, b"", []),
        lambda: tree.check_consistency(2, bytes(32), 1, bytes(32), []),
        lambda: tree.check_consistency(2, bytes(32), 2, bytes(31), []),
        lambda: tree.check_consistency(3, bytes(32), 4, bytes(32), []),
    ):
        with pytest.raises(tree.ProofError):
            ask()
