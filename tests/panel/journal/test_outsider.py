"""Ten ways to tamper with the database, each named by the panel and by a verifier that knows nothing of it; a change of keys is
none of them."""
# ruff: noqa: S608 - the tests play an owner of the database

import ast
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from panel.journal import queries, signers
from panel.journal.models import Checkpoint, IndexEntry, Leaf
from panel.journal.rules import checkpoint, tree
from panel.kernel import ids
from panel.kernel.actors import SYSTEM
from tests.panel.journal import outsider
from tests.panel.journal.outsider import Found, Outsider
from tests.panel.journal.tampering import (
    AT,
    COPY,
    EDIT,
    cut,
    grow,
    journal_fixture,  # noqa: F401
    keep,
    kinds,
    tamper_fixture,  # noqa: F401
    verify,
    victim,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("journal")]
REHASH = (
    "UPDATE journal_index i SET hash = sha256('\\x00'::bytea || l.data) FROM journal_leaf l WHERE l.id = i.leaf_id"
    " AND i.sequence = {}"
)
Tamper = Callable[..., None]
UNHOOKED = ("SET session_replication_role = replica", "SET session_replication_role = origin")


def fingerprint() -> str:
    """As the key page shows it, noted down before anything happens."""
    return signers.chain()[0].fingerprint


def outside(known: str, kept: str = "") -> tuple[list[Found], int]:
    with connection.cursor() as cursor:
        one = Outsider(cursor, known)
        return one.check(kept), one.changes


def head() -> Checkpoint:
    found = queries.head()
    assert found is not None
    return found


def edited(tamper: Tamper, _owner: Any) -> None:
    tamper(EDIT.format(victim()))


def edited_with_its_hash(tamper: Tamper, _owner: Any) -> None:
    tamper(EDIT.format(victim()), REHASH.format(4))


def columns_changed(tamper: Tamper, _owner: Any) -> None:
    tamper(f"UPDATE journal_leaf SET actor_kind = 'person' WHERE id = '{victim()}'")


def taken_out(tamper: Tamper, _owner: Any) -> None:
    leaf = victim()
    tamper(f"DELETE FROM journal_detail WHERE leaf_id = '{leaf}'", UNHOOKED[0],
           f"DELETE FROM journal_leaf WHERE id = '{leaf}'", UNHOOKED[1])  # fmt: skip


def taken_out_with_its_place(tamper: Tamper, _owner: Any) -> None:
    leaf = victim()
    tamper("DELETE FROM journal_index WHERE sequence = 4", f"DELETE FROM journal_detail WHERE leaf_id = '{leaf}'",
           f"DELETE FROM journal_leaf WHERE id = '{leaf}'")  # fmt: skip


def put_in(_tamper: Tamper, owner: Any) -> None:
    owner.execute(COPY, [ids.new_id()])


def put_in_with_a_place(_tamper: Tamper, owner: Any) -> None:
    made, size = ids.new_id(), Leaf.objects.count()
    owner.execute(COPY, [made])
    owner.execute(
        "INSERT INTO journal_index (sequence, leaf_id, event, hash)"
        " SELECT %s, id, event, sha256('\\x00'::bytea || data) FROM journal_leaf WHERE id = %s",
        [size, made],
    )


def two_swapped(tamper: Tamper, _owner: Any) -> None:
    first, second = IndexEntry.objects.get(sequence=4), IndexEntry.objects.get(sequence=5)

    def put(sequence: int, one: IndexEntry, leaf: UUID) -> str:
        return (
            f"UPDATE journal_index SET leaf_id = '{leaf}', event = '{one.event}', hash = '\\x{bytes(one.hash).hex()}'"
            f" WHERE sequence = {sequence}"
        )

    nobody = ids.new_id()
    tamper(
        UNHOOKED[0], put(4, first, nobody), put(5, first, first.leaf_id), put(4, second, second.leaf_id), UNHOOKED[1]
    )


def end_cut_off(tamper: Tamper, _owner: Any) -> None:
    tamper(*cut(6))


def made_anew_under_another_key(tamper: Tamper, _owner: Any) -> None:
    """The whole tree fits again, and a key of the attacker's own signs it."""
    tamper(EDIT.format(victim()), REHASH.format(4))
    hashes = [bytes(one) for one in IndexEntry.objects.order_by("sequence").values_list("hash", flat=True)]
    key, grown, statements = Ed25519PrivateKey.generate(), tree.Frontier(), []
    sizes = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    for hashed in hashes:
        for level, place, made in grown.append(hashed):
            statements.append(
                f"UPDATE journal_node SET hash = '\\x{made.hex()}' WHERE level = {level} AND position = {place}"
            )
        if grown.size in sizes:
            note = checkpoint.sign(checkpoint.Checkpoint(queries.origin(), grown.size, grown.root()), key)
            statements.append(
                f"UPDATE journal_checkpoint SET root = '\\x{grown.root().hex()}', note = '{note}' WHERE size = {grown.size}"
            )
    public = key.public_key().public_bytes_raw().hex()
    tamper(*statements, f"UPDATE journal_signer SET public = '\\x{public}'")


WAYS: list[tuple[Callable[[Tamper, Any], None], str, str, int]] = [
    (edited, "altered_leaf", "changed", 4),
    (edited_with_its_hash, "root_differs", "rewritten from", 3),
    (columns_changed, "altered_columns", "columns lie", 4),
    (taken_out, "missing_leaf", "gone", 4),
    (taken_out_with_its_place, "missing_entry", "missing", 4),
    (put_in, "stray_leaf", "put in or taken out", 1),
    (put_in_with_a_place, "no_checkpoint", "not signed", 0),
    (two_swapped, "root_differs", "rewritten from", 3),
    (end_cut_off, "shorter_than_checkpoint", "cut off", 6),
    (made_anew_under_another_key, "foreign_signer", "foreign key", 3),
]


@pytest.mark.parametrize(("way", "ours", "theirs", "place"), WAYS, ids=[one[0].__name__ for one in WAYS])
def test_each_way_is_named_by_both(
    way: Callable[[Tamper, Any], None], ours: str, theirs: str, place: int, tamper: Tamper, owner: Any
) -> None:
    known, size = fingerprint(), head().size
    assert (verify()[0], outside(known)) == (0, ([], 0))
    way(tamper, owner)
    code, findings = verify()
    assert code == 1
    assert ours in kinds(findings)
    assert (theirs, place or size) in outside(known)[0]


def test_an_end_cut_off_with_its_checkpoints_is_named_against_one_that_went_out(tamper: Tamper, tmp_path: Path) -> None:
    known, kept, option = fingerprint(), head().note, keep(tmp_path)
    tamper(*cut(3), "DELETE FROM journal_checkpoint WHERE size > 3")
    assert (verify()[0], outside(known)[0]) == (0, [])  # from inside nothing shows
    assert kinds(verify(option)[1]) == ["shorter_than_outside"]
    assert outside(known, kept)[0] == [("cut off below what was kept", 3)]


def test_a_journal_made_anew_by_who_has_the_key_is_named_against_one_that_went_out(
    tamper: Tamper, tmp_path: Path
) -> None:
    """Even who holds the key cannot make what stands in somebody's mail again."""
    known, kept, option = fingerprint(), head().note, keep(tmp_path)
    tamper(*cut(3), "DELETE FROM journal_checkpoint WHERE size > 3")
    grow(20)
    assert (verify()[0], outside(known)[0]) == (0, [])
    assert "outside_differs" in kinds(verify(option)[1])
    assert outside(known, kept)[0] == [("not what was kept", checkpoint.parse(kept).checkpoint.size)]


def test_a_change_of_keys_is_told_apart_from_tampering(tamper: Tamper, tmp_path: Path) -> None:
    known, option = fingerprint(), keep(tmp_path)
    signers.succeed(actor=SYSTEM, reason="yearly", overlap=timedelta(0), at=AT)
    grow(4)
    assert verify(option) == (0, [])
    assert outside(known) == ([], 1)
    # The same key without the word of the one before it is a foreign one.
    tamper("DELETE FROM journal_succession")
    assert "foreign key" in [word for word, _place in outside(known)[0]]


def test_the_outsider_imports_nothing_of_the_panel() -> None:
    found = ast.walk(ast.parse(Path(outsider.__file__).read_text("utf-8")))
    names = {one.module for one in found if isinstance(one, ast.ImportFrom)}
    assert not [
        name for name in names if name and name.partition(".")[0] in {"panel", "accounts", "compliance", "django"}
    ]
