"""Stages on one time axis. The bar is when a stage was active, the number is the time it cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from panel.ui.menu import Text

WIDTH = 1000
LEAST = 6
"""1 ms must be seen beside 10 s."""
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000)


@dataclass(frozen=True)
class Stage:
    """Times in microseconds from the begin. `action` is a word of the guard tape; `model` draws in the accent."""

    name: Text
    action: str
    begin: int = 0
    end: int = 0
    cost: int = 0
    model: bool = False


@dataclass(frozen=True)
class Line:
    name: Text
    action: str
    cost: str
    bar: SafeString


@dataclass(frozen=True)
class Waterfall:
    """`marks` are (place in percent, milliseconds) of the axis."""

    lines: list[Line]
    marks: list[tuple[str, str]]


def milliseconds(micros: int) -> str:
    """Whole ones; below 10 with one decimal, below 1 with two."""
    value = micros / 1000
    return number_format(value, 0 if value >= 10 else 1 if value >= 1 else 2, use_l10n=True, force_grouping=True)


def draw(stages: Sequence[Stage], total: int) -> Waterfall:
    """`total` in microseconds."""
    millis = max(total / 1000, 0.1)
    step = next((one for one in STEPS if millis / one <= 6), STEPS[-1])
    count = int(millis // step) + 1
    span = step * count
    grid = [mark * step / span for mark in range(count + 1)]
    lines = [_line(one, int(span * 1000), grid) for one in stages]
    marks = [(f"{share * 100:.2f}", _label(share * span, step)) for share in grid]
    return Waterfall(lines, marks)


def _label(millis: float, step: float) -> str:
    return number_format(millis, 1 if step < 1 else 0, use_l10n=True, force_grouping=True)


def _line(stage: Stage, span: int, grid: list[float]) -> Line:
    cost = milliseconds(stage.cost) if stage.action != "not_run" else "–"
    return Line(stage.name, stage.action, cost, _bar(stage, span, grid))


def _bar(stage: Stage, span: int, grid: list[float]) -> SafeString:
    rules = format_html_join(
        "", '<line x1="{0}" x2="{0}" y1="0" y2="32"/>', ((f"{share * WIDTH:.1f}",) for share in grid)
    )
    bar = SafeString("")
    if stage.action != "not_run":
        width = max((stage.end - stage.begin) / span * WIDTH, LEAST)
        left = min(stage.begin / span * WIDTH, WIDTH - width)
        tone = "model" if stage.model and stage.action == "allow" else stage.action
        bar = format_html('<rect class="{}" x="{}" y="12" width="{}" height="8"/>', tone, f"{left:.1f}", f"{width:.1f}")
    return format_html(
        '<svg viewBox="0 0 {} 32" preserveAspectRatio="none" width="100%" height="32" aria-hidden="true">{}{}</svg>',
        WIDTH, rules, bar,
    )  # fmt: skip
