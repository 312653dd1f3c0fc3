"""The life of an assistant."""

import itertools

import pytest

from assistants.catalog.rules.states import Move, State, after, answers


@pytest.mark.parametrize(
    ("state", "move", "published", "then"),
    [
        ("draft", Move.PUBLISH, False, "live"),
        ("live", Move.PUBLISH, True, "live"),
        ("live", Move.PAUSE, True, "paused"),
        ("paused", Move.RESUME, True, "live"),
        ("live", Move.ARCHIVE, True, "archived"),
        ("draft", Move.ARCHIVE, False, "archived"),
        ("draft", Move.PAUSE, False, None),
        ("archived", Move.PUBLISH, True, None),
        ("archived", Move.RESUME, True, None),
    ],
)
def test_a_move_leads_where_the_table_says(state: str, move: Move, published: bool, then: str | None) -> None:
    assert after(state, move, published=published) == then


def test_publishing_never_starts_a_stopped_assistant() -> None:
    assert after("paused", Move.PUBLISH, published=True) == State.PAUSED


def test_coming_back_from_the_archive_never_starts_traffic() -> None:
    assert after("archived", Move.RESTORE, published=True) == State.PAUSED
    assert after("archived", Move.RESTORE, published=False) == State.DRAFT


def test_only_two_moves_start_traffic() -> None:
    starts = {
        move
        for state, move, published in itertools.product(State, Move, (True, False))
        if not answers(state) and (then := after(state, move, published=published)) and answers(then)
    }
    assert starts == {Move.PUBLISH, Move.RESUME}
