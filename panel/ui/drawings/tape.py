"""The guard tape: one bar per guard stage, in pipeline order; height tells the verdict, so it reads without colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

WORDS: dict[str, str | Promise] = {
    "allow": gettext_lazy("Allowed"),
    "redact": gettext_lazy("Redacted"),
    "block": gettext_lazy("Blocked"),
    "observe": gettext_lazy("Observed"),
    "held": gettext_lazy("Held"),
    "not_run": gettext_lazy("Not run"),
}


@dataclass(frozen=True)
class Size:
    """In px; `heights` are those of allow, half (redact, observe, held), full (block)."""

    width: float
    gap: float
    heights: tuple[float, float, float]


SIZES = {"row": Size(6, 3, (4, 9.5, 16)), "auth": Size(13, 6, (9, 22, 36))}


def describe(stages: Sequence[str]) -> str:
    """`8 stages, redacted at stage 3`; a stage word outside WORDS raises KeyError."""
    count = ngettext("%(n)s stage", "%(n)s stages", len(stages)) % {"n": len(stages)}
    told = [
        _("%(word)s at stage %(n)s") % {"word": str(WORDS[stage]).lower(), "n": number}
        for number, stage in enumerate(stages, 1)
        if WORDS[stage] and stage not in {"allow", "not_run"}
    ]
    return ", ".join([count, *(told or [_("all allowed")])])


def draw(stages: Sequence[str], *, size: str = "row", sentence: str = "") -> SafeString:
    return _drawn(tuple(stages), size, sentence or describe(stages))


@lru_cache(maxsize=1024)
def _drawn(stages: tuple[str, ...], size: str, sentence: str) -> SafeString:
    """Kept, since a list shows the same few tapes fifty times a page."""
    shape = SIZES[size]
    full = shape.heights[2]
    step = shape.width + shape.gap
    bars = format_html_join(
        "", "{}", ((_bar(stage, round(number * step, 2), shape),) for number, stage in enumerate(stages))
    )
    width = max(len(stages) * step - shape.gap, 0)
    return format_html(
        '<svg class="tape" width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        f"{width:g}", f"{full:g}", f"{width:g}", f"{full:g}", sentence, bars,
    )  # fmt: skip


def _bar(stage: str, left: float, shape: Size) -> SafeString:
    full = shape.heights[2]
    if stage == "observe":
        return format_html(
            '<rect class="observe" x="{}" y="{}" width="{}" height="{}" rx="1"/>',
            f"{left + 0.5:g}", f"{full - shape.heights[1] + 0.5:g}", f"{shape.width - 1:g}",
            f"{shape.heights[1] - 1:g}",
        )  # fmt: skip
    heights = {"not_run": 1.5, "allow": shape.heights[0], "block": full}
    height = heights.get(stage, shape.heights[1])
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="{}"/>',
        stage, f"{left:g}", f"{full - height:g}", f"{shape.width:g}", f"{height:g}", 0 if stage == "not_run" else 1,
    )  # fmt: skip
