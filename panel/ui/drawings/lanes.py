"""Rare beside frequent: lanes, one above the other on one time axis, each with its own scale. Bars only; the page puts
the name at the left, the peak at the right and the same numbers into a table."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT, GAP = 1000, 40, 3
LEAST = 3
"""One call must be seen beside ten thousand."""
TONES = ("data", "redact", "block")


def draw(values: Sequence[int], labels: Sequence[str], *, tone: str, sentence: str) -> SafeString:
    """One lane: a bar a value, as high as its share of the largest. `labels` are told with each bar, `sentence` of all."""
    if tone not in TONES:
        raise ValueError(f"A lane is one of {', '.join(TONES)}, not {tone!r}.")
    step = WIDTH / max(len(values), 1)
    peak = max(values, default=0)
    pairs = enumerate(zip(values, labels, strict=True))
    bars = format_html_join(
        "", "{}", ((_bar(place * step, step - GAP, value, peak, label),) for place, (value, label) in pairs if value)
    )
    return format_html(
        '<svg class="lane lane-{}" viewBox="0 0 {} {}" preserveAspectRatio="none" width="100%" height="{}" role="img" '
        'aria-label="{}">{}<line x1="0" x2="{}" y1="{}" y2="{}"/></svg>',
        tone, WIDTH, HEIGHT, HEIGHT, sentence, bars, WIDTH, HEIGHT - 0.5, HEIGHT - 0.5,
    )  # fmt: skip


def _bar(left: float, width: float, value: int, peak: int, label: str) -> SafeString:
    height = max(value / peak * (HEIGHT - 2), LEAST)
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>',
        f"{left:.1f}", f"{HEIGHT - height:.1f}", f"{width:.1f}", f"{height:.1f}", label, value,
    )  # fmt: skip
