"""Charts: the picture is the one on file, its words and its table tell the same numbers.

After a wanted change: `GOLDEN=write .venv/bin/pytest tests/panel/ui/drawings/test_charts.py`, then look at the difference.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from panel.ui.drawings.charts import bars, heat, lines, waterfall
from panel.ui.drawings.charts.base import Series, round_up
from panel.ui.drawings.charts.waterfall import Stage

GOLDEN = Path(__file__).parent / "golden"
DAYS = ["20 Nov", "21 Nov", "22 Nov", "23 Nov"]
PARTS = [Series("Allowed", [900, 948, 402, 1046]), Series("Blocked", [6, 0, 2, 75], "block")]
STAGES = [
    Stage("Size", "allow", 400, 620, 220),
    Stage("Provider", "allow", 900, 38_200, 33_300, model=True),
    Stage("Leak", "block", 31_000, 39_400, 1900),
    Stage("Links", "not_run"),
]
DRAWN: dict[str, Callable[[], object]] = {
    "stacked": lambda: bars.stacked("Calls", DAYS, PARTS).drawing,
    "line": lambda: lines.line("Calls", DAYS, PARTS).drawing,
    "sparkline": lambda: lines.sparkline([20, 22, 19, 31, 30], "4,312 in 7 days", odd=[3]),
    "row": lambda: bars.row(41, 118),
    "waterfall": lambda: "\n".join(line.bar for line in waterfall.draw(STAGES, 39_800).lines),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_is_the_one_on_file(name: str) -> None:
    drawn = re.sub(r"(?=<(?:rect|line|circle|text|polyline|desc|/svg))", "\n", str(DRAWN[name]())) + "\n"
    path = GOLDEN / f"{name}.svg"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(drawn)
    assert drawn == path.read_text()


def test_a_chart_tells_the_same_numbers_in_its_table() -> None:
    chart = bars.stacked("Calls", DAYS, PARTS, first="Day")
    assert chart.heads == ["Day", "Allowed", "Blocked"]
    assert chart.rows[3] == ["23 Nov", "1,046", "75"]
    assert "3,379 in all, at most 1,121 at once" in str(chart.description)
    assert 'role="img" aria-label="Calls"' in chart.drawing
    assert "23 Nov: Blocked 75" in chart.drawing


def test_a_drawing_holds_no_style_and_escapes_words() -> None:
    drawn = str(lines.line("<b>", ["<i>"], [Series("<u>", [1])]).drawing)
    assert "style=" not in drawn
    assert "<b>" not in drawn
    assert "<u>" not in drawn


def test_nothing_at_all_is_drawn_too() -> None:
    assert "<svg" in bars.stacked("Calls", DAYS, [Series("Calls", [0, 0, 0, 0])]).drawing
    assert "<svg" in lines.sparkline([], "none")
    assert 'width="0%"' in bars.row(0, 0)


@pytest.mark.parametrize(("value", "top"), [(0, 1), (1, 1), (3, 5), (12, 20), (73, 100), (1121, 2000)])
def test_an_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert round_up(value) == top


def test_the_hottest_cell_has_the_last_step_and_zero_has_none() -> None:
    found = heat.heatmap("What got through", "Guard", ["a", "b"], [("Leak", [0, 3]), ("Size", [1, 9])], unit="%")
    (_leak, leak), (_size, size) = found.rows
    assert [(cell.text, cell.heat) for cell in (*leak, *size)] == [("–", 0), ("3%", 2), ("1%", 1), ("9%", 5)]
