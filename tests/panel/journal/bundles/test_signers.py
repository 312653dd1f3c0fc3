"""Rotation of the signing key: a chain, an overlap, and everything old still verifies."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from panel.journal import bundles, queries, sealing, signers, verification
from panel.journal.models import Checkpoint, Succession
from panel.journal.rules import checkpoint, keys
from panel.journal.verifiers.verify import verify
from panel.kernel.actors import SYSTEM
from panel.kernel.errors import Invalid
from tests.panel.journal.bundles.forge import save

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.fixture(autouse=True)
def _kind() -> None:
    bundles.register("test.report", "Test report")


def build(at: datetime) -> bundles.Built:
    return bundles.build(actor=SYSTEM, kind="test.report", files={"a.txt": b"x"}, at=at)


def rotate(at: datetime, overlap: timedelta = MONTH) -> signers.Key:
    return signers.succeed(actor=SYSTEM, reason="Once a year", overlap=overlap, at=at)


def test_old_and_new_verify_after_a_rotation(tmp_path: Path) -> None:
    before = save(tmp_path, build(AT).data, "before.zip")
    old = signers.chain()[0]
    new = rotate(AT + MONTH)
    after = save(tmp_path, build(AT + MONTH).data, "after.zip")
    assert verify(before, pinned={old.fingerprint})["key"] == old.fingerprint
    assert verify(after, pinned={old.fingerprint})["key"] == new.fingerprint
    assert verification.verify().findings == []
    keys.check(one.statement for one in signers.chain())


def test_states_and_instants_are_told() -> None:
    build(AT)
    rotate(AT + MONTH)
    old, new = signers.chain()
    assert (old.ends, new.ends) == (AT + 2 * MONTH, None)
    assert [one.state(AT + MONTH) for one in (old, new)] == ["overlapping", "current"]
    assert old.state(AT + 2 * MONTH) == "retired"


def test_both_keys_sign_checkpoints_during_the_overlap() -> None:
    build(AT)
    old = signers.chain()[0]
    new = rotate(AT + MONTH)
    build(AT + MONTH)
    head = queries.head()
    assert head is not None
    for one in (old, new):
        assert checkpoint.check(head.note, one.statement.public).size == head.size
    build(AT + 3 * MONTH)
    last = Checkpoint.objects.order_by("-size")[0]
    assert checkpoint.check(last.note, new.statement.public).size == last.size
    with pytest.raises(checkpoint.CheckpointError, match="not signed by this key"):
        checkpoint.check(last.note, old.statement.public)


def test_no_second_rotation_within_an_overlap_and_a_reason_is_due() -> None:
    build(AT)
    rotate(AT)
    with pytest.raises(signers.TooSoon):
        rotate(AT + timedelta(days=1))
    with pytest.raises(Invalid, match="Say why"):
        signers.succeed(actor=SYSTEM, reason=" ", overlap=MONTH, at=AT + 2 * MONTH)
    with pytest.raises(Invalid, match="0 to 90 days"):
        rotate(AT + 2 * MONTH, timedelta(days=91))
    rotate(AT + 2 * MONTH, timedelta(0))
    assert [one.state(AT + 2 * MONTH) for one in signers.chain()] == ["retired", "retired", "current"]


def test_nobody_changes_a_succession() -> None:
    build(AT)
    rotate(AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        Succession.objects.update(at=AT + MONTH)


def test_a_key_that_the_chain_does_not_name_is_never_used() -> None:
    build(AT)
    signers._new(AT)
    sealing.seal(at=AT)
    assert len(signers.chain()) == 1
