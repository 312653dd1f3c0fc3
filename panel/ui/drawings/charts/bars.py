"""Bars: parts of a whole stacked on one axis, and the short bar of a list. Rare beside frequent: panel.ui.drawings.lanes."""

from collections.abc import Iterator, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from panel.ui.drawings.charts.base import (
    Chart,
    Series,
    number,
    percent,
    rect,
    round_up,
    rule,
    svg,
    table,
    ticks,
    words,
)
from panel.ui.menu import Text

GAP = 0.16
"""The share of a bar's place that stays empty."""


def stacked(
    title: Text, labels: Sequence[Text], series: Sequence[Series], *, first: Text = "", height: int = 160
) -> Chart:
    """Parts of a whole over time. `series` from the bottom up; every value is at least zero."""
    sums = [sum(one.values[at] for one in series) for at in range(len(labels))]
    top = round_up(max(sums, default=0))
    scale = (height - 28) / top
    parts = [*_grid(top, height), *_piles(labels, series, scale, height), *ticks(labels, height - 4)]
    said = _("%(sum)s in all, at most %(most)s at once") % {
        "sum": number(sum(sums)),
        "most": number(max(sums, default=0)),
    }
    keys = [(one.tone, one.name) for one in series]
    heads = [first, *(one.name for one in series)]
    return Chart(title, said, svg(title, said, height, parts, "stacked"), heads, table(labels, series), keys=keys)


def _grid(top: float, height: int) -> Iterator[SafeString]:
    for share in (0.0, 0.5, 1.0):
        y = height - 20 - share * (height - 28)
        yield rule("base" if not share else "grid", (0, y), (1, y))
        if share:
            yield words(number(top * share), 1, y - 4, "end")


def _piles(labels: Sequence[Text], series: Sequence[Series], scale: float, height: int) -> Iterator[SafeString]:
    step = 1 / max(len(labels), 1)
    for at, label in enumerate(labels):
        base = height - 20.0
        for one in series:
            tall = one.values[at] * scale
            if tall:
                base -= tall
                told = f"{label}: {one.name} {number(one.values[at])}"
                yield rect(one.tone, (at + GAP / 2) * step, (1 - GAP) * step, base, tall, told)


def row(value: float, most: float, tone: str = "block") -> SafeString:
    """One short bar beside its number, for a list of rules or reasons."""
    share = value / most if most else 0
    return format_html(
        '<svg class="chart-row" width="100%" height="8" aria-hidden="true"><rect class="tone-{}" width="{}" height="8"/></svg>',
        tone, percent(share),
    )  # fmt: skip
