"""Charts: SVG drawn by the server, with a title, a description and the same numbers as a table.

Places are percent of the width and pixels of the height, so that a chart fills its column without a viewBox that would
stretch its words. Widths stand in attributes: the policy refuses inline style.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from panel.ui.menu import Text

TONES = ("data", "data-2", "redact", "block", "accent", "ink")


@dataclass(frozen=True)
class Series:
    """`tone` is a colour of the design: "data" for what is fine, "redact" and "block" for verdicts, "accent", "ink"."""

    name: Text
    values: Sequence[float]
    tone: str = "data"


@dataclass(frozen=True)
class Chart:
    """What `{% element chart %}` shows; `heads` and `rows` are the data table, `keys` (tone, name) the legend."""

    title: Text
    description: Text
    drawing: SafeString
    heads: Sequence[Text]
    rows: Sequence[Sequence[Text]]
    note: Text = ""
    keys: Sequence[tuple[str, Text]] = ()


def number(value: float) -> str:
    """`1,054`; one decimal only where there is one."""
    return number_format(value, 0 if float(value).is_integer() else 1, force_grouping=True)


def percent(share: float) -> str:
    return f"{share * 100:.4g}%"


def svg(title: Text, description: Text, height: int, parts: Iterable[SafeString], kind: str) -> SafeString:
    """One picture with its words for those who do not see it."""
    return format_html(
        '<svg class="chart-svg chart-{}" width="100%" height="{}" role="img" aria-label="{}"><desc>{}</desc>{}</svg>',
        kind, height, title, description, format_html_join("", "{}", ((part,) for part in parts)),
    )  # fmt: skip


def rect(tone: str, left: float, width: float, top: float, height: float, said: str = "") -> SafeString:
    """`left` and `width` are shares of the width, `top` and `height` pixels; `said` is what hovering tells."""
    told = format_html("<title>{}</title>", said) if said else SafeString("")
    return format_html(
        '<rect class="tone-{}" x="{}" width="{}" y="{}" height="{}">{}</rect>',
        tone, percent(left), percent(width), f"{top:.4g}", f"{height:.4g}", told,
    )  # fmt: skip


def rule(tone: str, start: tuple[float, float], end: tuple[float, float]) -> SafeString:
    """A line from (share, pixel) to (share, pixel)."""
    return format_html(
        '<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>',
        tone, percent(start[0]), f"{start[1]:.4g}", percent(end[0]), f"{end[1]:.4g}",
    )  # fmt: skip


def words(text: Text, share: float, top: float, anchor: str = "middle") -> SafeString:
    return format_html('<text x="{}" y="{}" text-anchor="{}">{}</text>', percent(share), f"{top:.4g}", anchor, text)


def ticks(labels: Sequence[Text], top: float, *, most: int = 7) -> list[SafeString]:
    """Some labels under their bars, evenly chosen, the first one flush with the edge."""
    step = max(1, -(-len(labels) // most))
    return [
        words(
            labels[at], at / len(labels) if at == 0 else (at + 0.5) / len(labels), top, "start" if at == 0 else "middle"
        )
        for at in range(0, len(labels), step)
    ]


def round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, ...: the top of an axis."""
    if value <= 0:
        return 1
    size = 1.0
    while size * 10 <= value:
        size *= 10
    return next(step * size for step in (1, 2, 5, 10) if step * size >= value)


def table(labels: Sequence[Text], series: Sequence[Series]) -> list[list[Text]]:
    """The rows of the data table."""
    return [[label, *(number(one.values[at]) for one in series)] for at, label in enumerate(labels)]
