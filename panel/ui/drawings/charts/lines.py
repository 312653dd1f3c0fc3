"""Lines: a curve over time on one axis, and the sparkline of a table's cell."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from panel.ui.drawings.charts.base import Chart, Series, number, percent, round_up, rule, svg, table, ticks, words
from panel.ui.menu import Text


def line(
    title: Text, labels: Sequence[Text], series: Sequence[Series], *, first: Text = "", height: int = 160
) -> Chart:
    """At most four curves; the names of more than one stand in the legend."""
    most = max((max(one.values, default=0) for one in series), default=0)
    top = round_up(most)
    parts = [*_grid(top, height), *(part for one in series for part in _curve(one, labels, top, height))]
    said = "; ".join(
        _("%(name)s between %(least)s and %(most)s")
        % {"name": one.name, "least": number(min(one.values, default=0)), "most": number(max(one.values, default=0))}
        for one in series
    )
    keys = [(one.tone, one.name) for one in series] if len(series) > 1 else []
    heads = [first, *(one.name for one in series)]
    drawing = svg(title, said, height, [*parts, *ticks(labels, height - 4)], "line")
    return Chart(title, said, drawing, heads, table(labels, series), keys=keys)


def _grid(top: float, height: int) -> Iterator[SafeString]:
    for share in (0.0, 0.5, 1.0):
        y = _y(top * share, top, height)
        yield rule("base" if not share else "grid", (0, y), (1, y))
        if share:
            yield words(number(top * share), 1, y - 4, "end")


def _y(value: float, top: float, height: int) -> float:
    return height - 20 - value / top * (height - 28)


def _curve(one: Series, labels: Sequence[Text], top: float, height: int) -> Iterator[SafeString]:
    places = [((at + 0.5) / len(labels), _y(value, top, height)) for at, value in enumerate(one.values)]
    for start, end in pairwise(places):
        yield rule(f"curve tone-{one.tone}", start, end)
    for (share, y), label, value in zip(places, labels, one.values, strict=True):
        yield format_html(
            '<circle class="tone-{}" cx="{}" cy="{}" r="2"><title>{}</title></circle>',
            one.tone, percent(share), f"{y:.4g}", f"{label}: {one.name} {number(value)}",
        )  # fmt: skip


def sparkline(values: Sequence[float], label: Text, *, odd: Sequence[int] = (), most: float = 0) -> SafeString:
    """104 x 24: the last value is a dot, `odd` are places of a red square; `most` gives a whole column one scale."""
    top = max(most, *values, 1) if values else 1
    step = 100 / max(len(values) - 1, 1)
    places = [(2 + at * step, 21 - value / top * 18) for at, value in enumerate(values)]
    path = " ".join(f"{x:.4g},{y:.4g}" for x, y in places)
    squares = [places[at] for at in odd]
    marks = format_html_join(
        "",
        '<rect class="odd" x="{}" y="{}" width="4" height="4"/>',
        ((f"{x - 2:.4g}", f"{y - 2:.4g}") for x, y in squares),
    )
    end = (
        format_html('<circle cx="{}" cy="{}" r="2"/>', *(f"{one:.4g}" for one in places[-1]))
        if places
        else SafeString("")
    )
    return format_html(
        '<svg class="spark" width="104" height="24" viewBox="0 0 104 24" role="img" aria-label="{}">'
        '<line class="base" x1="0" y1="22.5" x2="104" y2="22.5"/><polyline points="{}"/>{}{}</svg>',
        label, path, marks, end,
    )  # fmt: skip
