"""Two versions side by side."""

from hypothesis import given
from hypothesis import strategies as st

from panel.ui.drawings.diff import Row, changed_lines, compare

lines = st.lists(st.sampled_from(["a b", "a c", "", "x", "Never say a price.", "(x)"]), max_size=12)


def text_of(rows: list[Row], side: str) -> list[str]:
    halves = [row.left if side == "left" else row.right for row in rows]
    return ["".join(piece.text for piece in half.pieces) for half in halves if half.number is not None]


@given(lines, lines)
def test_each_side_reads_as_its_text(old: list[str], new: list[str]) -> None:
    rows = compare("\n".join(old), "\n".join(new), context=99)
    assert text_of(rows, "left") == "\n".join(old).splitlines()
    assert text_of(rows, "right") == "\n".join(new).splitlines()


def test_only_the_changed_words_are_marked() -> None:
    row = compare("returns and delivery times.", "returns and delivery times in the EU.")[0]
    assert row.kind == "changed"
    assert [p.text for p in row.right.pieces if p.changed] == [" in the EU"]
    assert not any(p.changed for p in row.left.pieces)


def test_changed_words_side_by_side_are_one_phrase() -> None:
    row = compare("If unsure, make your best guess.", "If unsure, say so and offer a person.")[0]
    assert [p.text for p in row.left.pieces if p.changed] == ["make your best guess"]
    assert [p.text for p in row.right.pieces if p.changed] == ["say so and offer a person"]


def test_a_line_that_only_one_side_has_leaves_the_other_empty() -> None:
    rows = compare("a", "a\nb")
    assert [(row.kind, row.left.number, row.right.number) for row in rows] == [("same", 1, 1), ("added", None, 2)]


def test_equal_lines_are_folded_into_one_row_with_their_number() -> None:
    middle = "\n".join(f"line {n}" for n in range(20))
    rows = compare(f"old\n{middle}\nsame end", f"new\n{middle}\nsame end")
    assert [row.kind for row in rows] == ["changed", "same", "same", "fold"]
    assert rows[-1].folded == 19
    assert changed_lines(rows) == 1


def test_equal_texts_are_shown_whole() -> None:
    assert {row.kind for row in compare("a\nb\nc\nd\ne\nf", "a\nb\nc\nd\ne\nf")} == {"same"}
