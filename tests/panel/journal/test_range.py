"""A range is checked on its own: what was altered inside is found and named, what is outside is not read."""

from collections.abc import Callable

import pytest

from panel.journal import events, queries, verification
from panel.journal.models import IndexEntry
from panel.journal.rules.audit import CHUNK
from tests.panel.journal.tampering import EDIT, grow, tamper_fixture  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def leaf(sequence: int) -> str:
    return EDIT.format(IndexEntry.objects.get(sequence=sequence).leaf_id)


def test_a_range_finds_what_is_inside_and_reads_nothing_else(tamper: Callable[..., None]) -> None:
    events.register("test.thing.done", "Thing done")
    grow(CHUNK + 40)
    size = queries.head().size  # type: ignore[union-attr]
    grow(30)
    assert verification.verify(first=CHUNK + 3, last=CHUNK + 5).findings == []
    tamper(leaf(7), leaf(CHUNK + 4))
    inside = verification.verify(first=CHUNK + 3, last=CHUNK + 5)
    assert [(one.kind, one.sequence) for one in inside.findings] == [("altered_leaf", CHUNK + 4)]
    assert CHUNK + 5 < inside.size <= size < verification.verify().size
    before = verification.verify(first=0, last=10)
    assert ("altered_leaf", 7) in [(one.kind, one.sequence) for one in before.findings]
    heard: list[int] = []
    verification.STEP, kept = 500, verification.STEP
    everything = verification.verify(told=heard.append)
    verification.STEP = kept
    assert heard == [500, 1000]
    assert {one.sequence for one in everything.findings} == {7, CHUNK + 4}
