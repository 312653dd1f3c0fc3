"""Icons: lucide, and the verdict glyphs that lucide has in no filled form. Inline, so they follow the text's colour."""

from functools import lru_cache
from xml.etree import ElementTree as ET

import lucide
from django.utils.safestring import SafeString, mark_safe

STROKE = "1.75"
# 16 x 16, drawn from design/DESIGN.md 6: shape first, then colour.
GLYPHS = {
    "allow": '<path d="M2.8 8.6 6.2 12 13.2 4.4" fill="none" stroke="currentColor" stroke-width="2.2"/>',
    "redact": (
        '<path d="M8 1.6 14.4 8H1.6Z" fill="currentColor"/>'
        '<path d="M8 2 14 8l-6 6-6-6Z" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/>'
    ),
    "block": (
        '<path d="M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2Z" fill="currentColor"/>'
        '<path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" class="cut" fill="none" stroke-width="1.8"/>'
    ),
    "observe": (
        '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6" '
        'stroke-dasharray="2.6 2.27"/>'
    ),
    "held": (
        '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.7"/>'
        '<path d="M8 7.4v3.4M8 5v.2" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/>'
    ),
    "not_run": '<path d="M4.5 8h7" fill="none" stroke="currentColor" stroke-width="1.8"/>',
}


@lru_cache(maxsize=512)
def icon(name: str, size: int = 16) -> SafeString:
    """The lucide icon as SVG; raises lucide.IconDoesNotExist. It is decoration: a word stands beside it."""
    root = lucide._load_icon(name)  # the public helpers are bound to template engines
    inner = "".join(ET.tostring(node, encoding="unicode") for node in root)
    inner = inner.replace(' xmlns="http://www.w3.org/2000/svg"', "")
    return mark_safe(  # noqa: S308 - the drawing comes from a locked package
        f'<svg class="icon" width="{int(size)}" height="{int(size)}" viewBox="0 0 24 24" fill="none" '
        f'stroke="currentColor" stroke-width="{STROKE}" stroke-linecap="round" stroke-linejoin="round" '
        f'aria-hidden="true" focusable="false">{inner}</svg>'
    )


def glyph(verdict: str, size: int = 14) -> SafeString:
    """The glyph of a verdict; raises KeyError for a word that is none."""
    return mark_safe(  # noqa: S308 - constants above
        f'<svg class="glyph" width="{int(size)}" height="{int(size)}" viewBox="0 0 16 16" aria-hidden="true" '
        f'focusable="false">{GLYPHS[verdict]}</svg>'
    )
