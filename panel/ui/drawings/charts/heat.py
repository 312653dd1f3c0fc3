"""A heatmap is a table with coloured cells: the number stands in each, so that colour is never the only word."""

from collections.abc import Sequence
from dataclasses import dataclass

from panel.ui.menu import Text

STEPS = 5


@dataclass(frozen=True)
class Cell:
    """`heat` is 0 (nothing) to STEPS."""

    text: str
    heat: int
    url: str = ""


@dataclass(frozen=True)
class Heatmap:
    """For `{% element heatmap %}`: rows of (name, cells)."""

    caption: Text
    corner: Text
    heads: Sequence[Text]
    rows: Sequence[tuple[Text, Sequence[Cell]]]


def heatmap(
    caption: Text, corner: Text, heads: Sequence[Text], rows: Sequence[tuple[Text, Sequence[float]]], *, unit: str = ""
) -> Heatmap:
    """The hottest cell of all rows has the last step; zero has none."""
    most = max((max(values, default=0) for _name, values in rows), default=0)

    def cell(value: float) -> Cell:
        heat = -int(-value * STEPS // most) if most and value else 0
        return Cell(f"{value:g}{unit}" if value else "–", heat)

    return Heatmap(caption, corner, heads, [(name, [cell(value) for value in values]) for name, values in rows])
