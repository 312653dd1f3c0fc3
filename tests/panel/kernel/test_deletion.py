"""The choke point of deletion: who may veto, what a refusal says, what is resumed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.registries import deletion
from panel.kernel.registries.deletion import Held, Keep, Target

AT = datetime(2026, 11, 2, tzinfo=UTC)
FREE, KEPT = Target("call", uuid4()), Target("call", uuid4())
HOLD = Keep(uuid4(), "Kept for a matter.")


def veto(targets: Sequence[Target]) -> Mapping[Target, Sequence[Keep]]:
    return {one: [HOLD] if one == KEPT else [] for one in targets}


@pytest.fixture(autouse=True)
def _one_veto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "_vetoes", [veto])


def test_items_are_told_apart() -> None:
    assert deletion.held([FREE, KEPT]) == {KEPT: [HOLD]}
    deletion.require_free(FREE)


def test_a_refusal_names_what_stays_and_why() -> None:
    with pytest.raises(Held) as refusal:
        deletion.require_free(FREE, KEPT)
    assert refusal.value.sentence == "Kept for a matter."
    assert refusal.value.kept == {KEPT: [HOLD]}
    assert (refusal.value.status, refusal.value.code) == (409, "held")


def test_an_attempt_is_told_and_still_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Actor, Held, datetime]] = []
    monkeypatch.setattr(deletion, "_witnesses", [lambda *what: told.append(what)])
    with pytest.raises(Held), deletion.attempt(actor=SYSTEM, at=AT):
        deletion.require_free(KEPT)
    assert [(actor, at) for actor, _refusal, at in told] == [(SYSTEM, AT)]


def test_what_was_put_off_is_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "_resumes", {})
    done: list[datetime] = []
    deletion.register_resume("test", done.append)
    deletion.resume(AT)
    assert done == [AT]
