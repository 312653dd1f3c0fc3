"""`manage.py journal_verify` against an owner of the database who switches the triggers off."""
# ruff: noqa: S608 - the tests play that owner

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from panel.journal import services
from panel.journal.models import Leaf
from panel.kernel import ids
from panel.kernel.crypto import keyring
from panel.kernel.crypto.kek import KekError
from tests.panel.journal.tampering import (
    ADA,
    COPY,
    EDIT,
    cut,
    journal_fixture,  # noqa: F401
    keep,
    kinds,
    tamper_fixture,  # noqa: F401
    verify,
    victim,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("journal")]


def test_an_untouched_journal_is_intact(tmp_path: Path) -> None:
    assert verify("--details", keep(tmp_path)) == (0, [])


def test_it_says_so_in_one_line() -> None:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("journal_verify", stdout=out)
    assert out.getvalue() == f"The journal is intact: {Leaf.objects.count()} entries and 3 checkpoints checked.\n"


def test_one_edited_leaf_is_found_and_named(tamper: Callable[..., None]) -> None:
    leaf = victim()
    tamper(EDIT.format(leaf))
    code, (finding,) = verify()
    assert code == 1
    assert (finding["kind"], finding["sequence"], finding["leaf"]) == ("altered_leaf", 4, str(leaf))
    assert finding["event"] == "test.thing.done"
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("journal_verify", stdout=out)
    assert f"altered_leaf  sequence 4  {leaf}  test.thing.done" in out.getvalue()
    assert "THE JOURNAL WAS ALTERED" in out.getvalue()


def test_an_edited_column_is_found(tamper: Callable[..., None]) -> None:
    tamper(f"UPDATE journal_leaf SET actor_kind = 'person' WHERE id = '{victim()}'")
    code, (finding,) = verify()
    assert (code, finding["kind"], finding["sequence"]) == (1, "altered_columns", 4)


def test_a_leaf_edited_with_its_index_hash_is_found(tamper: Callable[..., None]) -> None:
    tamper(
        EDIT.format(victim()),
        "UPDATE journal_index i SET hash = sha256('\\x00'::bytea || l.data) FROM journal_leaf l"
        " WHERE l.id = i.leaf_id AND i.sequence = 4",
    )
    code, found = verify()
    assert code == 1
    assert set(kinds(found)) == {"root_differs", "node_differs"}
    assert any(str(victim()) in one["sentence"] for one in found)


def test_a_deleted_leaf_is_named(tamper: Callable[..., None]) -> None:
    leaf = victim()
    tamper(
        f"DELETE FROM journal_detail WHERE leaf_id = '{leaf}'",
        "SET session_replication_role = replica",
        f"DELETE FROM journal_leaf WHERE id = '{leaf}'",
        "SET session_replication_role = origin",
    )
    code, (finding,) = verify()
    assert code == 1
    assert (finding["kind"], finding["sequence"], finding["leaf"]) == ("missing_leaf", 4, str(leaf))
    assert finding["event"] == "test.thing.done"


def test_a_leaf_deleted_with_its_index_entry_is_found(tamper: Callable[..., None]) -> None:
    leaf = victim()
    tamper(
        "DELETE FROM journal_index WHERE sequence = 4",
        f"DELETE FROM journal_detail WHERE leaf_id = '{leaf}'",
        f"DELETE FROM journal_leaf WHERE id = '{leaf}'",
    )
    code, (finding,) = verify()
    assert (code, finding["kind"], finding["sequence"]) == (1, "missing_entry", 4)


def test_an_inserted_leaf_is_found(owner: Any) -> None:
    made = ids.new_id()
    owner.execute(COPY, [made])
    code, (finding,) = verify()
    assert (code, finding["kind"], finding["leaf"]) == (1, "stray_leaf", str(made))


def test_a_leaf_inserted_with_an_index_entry_is_found(owner: Any) -> None:
    made, size = ids.new_id(), Leaf.objects.count()
    owner.execute(COPY, [made])
    owner.execute(
        "INSERT INTO journal_index (sequence, leaf_id, event, hash)"
        " SELECT %s, id, event, sha256('\\x00'::bytea || data) FROM journal_leaf WHERE id = %s",
        [size, made],
    )
    code, found = verify()
    assert code == 1
    assert "no_checkpoint" in kinds(found)
    assert any(one["sequence"] == size for one in found)


def test_a_cut_end_is_found_by_the_checkpoint_above_it(tamper: Callable[..., None]) -> None:
    tamper(*cut(6))
    code, found = verify()
    assert (code, kinds(found)) == (1, ["shorter_than_checkpoint"])


def test_nodes_left_over_from_a_cut_are_found(tamper: Callable[..., None]) -> None:
    tamper(*cut(4)[:-1], "DELETE FROM journal_checkpoint WHERE size > 3")
    assert "nodes_beyond" in kinds(verify()[1])


def test_a_cut_below_the_last_checkpoints_is_found_by_a_copy_kept_outside(
    tamper: Callable[..., None], tmp_path: Path
) -> None:
    kept = keep(tmp_path)
    tamper(*cut(3), "DELETE FROM journal_checkpoint WHERE size > 3")
    assert verify() == (0, [])
    code, (finding,) = verify(kept)
    assert (code, finding["kind"], finding["sequence"]) == (1, "shorter_than_outside", 3)


def test_a_key_put_in_the_signers_place_proves_nothing(tamper: Callable[..., None]) -> None:
    tamper("UPDATE journal_signer SET sealed = set_byte(sealed, 80, get_byte(sealed, 80) # 1)")
    code, found = verify()
    assert (code, set(kinds(found))) == (1, {"foreign_signer"})


def test_a_detail_that_does_not_open_its_commitment_is_found() -> None:
    leaf = Leaf.objects.get(id=victim())
    row = leaf.details.get()
    plain = bytes(32) + b'{"name":"Eve"}'
    key_id = services._key_of(ADA)
    row.sealed = keyring.seal(key_id, plain, table="journal_detail", column="sealed", row=row.id)
    row.save()
    assert verify()[0] == 0
    code, (finding,) = verify("--details")
    assert (code, finding["kind"], finding["leaf"]) == (1, "altered_detail", str(leaf.id))


def test_an_erased_detail_is_no_finding() -> None:
    keyring.destroy(owner=ADA)
    assert verify("--details") == (0, [])


@pytest.mark.parametrize("text", ["", "nonsense", None])
def test_a_checkpoint_that_cannot_be_read_is_no_verdict(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "outside.txt").write_text(text)
    assert verify(f"--checkpoint={tmp_path / 'outside.txt'}")[0] == 2


def test_a_checkpoint_of_another_journal_is_told(tmp_path: Path) -> None:
    golden = json.loads((Path(__file__).parent / "golden" / "format1.json").read_text("utf-8"))
    (tmp_path / "outside.txt").write_text(golden["checkpoint"], "utf-8")
    assert "outside_foreign" in kinds(verify(f"--checkpoint={tmp_path / 'outside.txt'}")[1])


def test_without_the_content_ring_there_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(name: str) -> None:
        raise KekError(f"This process has no key ring {name!r}.")

    keyring.forget()
    monkeypatch.setattr(keyring, "ring", away)
    assert verify()[0] == 2
