"""A report as PDF: title, facts, sections with text or tables. Pages are numbered; text is wrapped.

The same input gives the same bytes, so that a signed report can be made anew and compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

rl_config.invariant = 1
INK, QUIET, LINE = colors.HexColor("#171c24"), colors.HexColor("#4c515b"), colors.HexColor("#dce0e4")
FONT, BOLD = "Vera", "VeraBd"
for _name in (FONT, BOLD):  # Bitstream Vera comes with reportlab
    pdfmetrics.registerFont(TTFont(_name, f"{_name}.ttf"))
KNOWN = frozenset(pdfmetrics.getFont(FONT).face.charToGlyph)
TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=18, leading=24, textColor=INK)
HEAD = ParagraphStyle("head", fontName=BOLD, fontSize=11.5, leading=16, textColor=INK, spaceBefore=12, spaceAfter=4)
BODY = ParagraphStyle("body", fontName=FONT, fontSize=9.5, leading=13.5, textColor=INK)
CELL = ParagraphStyle("cell", fontName=FONT, fontSize=8.5, leading=11.5, textColor=INK, wordWrap="CJK")
TOP = ParagraphStyle("top", fontName=BOLD, fontSize=8, leading=11, textColor=QUIET)
MARGIN = 18 * mm
LONGEST = 2_000
"""Characters of one cell; a longer text would not fit on a page and is ended with an ellipsis."""


@dataclass(frozen=True)
class Section:
    """`rows` have one cell for each of `head`; `widths` are shares of the page's width."""

    title: str
    text: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    widths: Sequence[float] = field(default=())


def pdf(
    title: str, facts: Sequence[str], sections: Sequence[Section], *, foot: str = "", across: bool = False
) -> bytes:
    """The report, upright, or across with small cells for tables of many columns. What the font has no sign for is written as
    "?"; names of a report come through elsewhere too (JSON, CSV)."""
    out, size = BytesIO(), landscape(A4) if across else A4
    page = SimpleDocTemplate(
        out, pagesize=size, title=title, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN
    )
    cell = ParagraphStyle("small", parent=CELL, fontSize=6, leading=7.5) if across else CELL
    flow: list[Any] = [Paragraph(_safe(title), TITLE), Spacer(1, 4)]
    flow += [Paragraph(_safe(fact), BODY) for fact in facts]
    for section in sections:
        flow.append(Paragraph(_safe(section.title), HEAD))
        flow += [Paragraph(_safe(line), BODY) for line in section.text.splitlines() if line.strip()]
        flow += [Spacer(1, 4), _table(section, page.width, cell)] if section.head else []

    def number(canvas: Any, _page: Any) -> None:
        canvas.setFont(FONT, 7.5)
        canvas.setFillColor(QUIET)
        canvas.drawString(MARGIN, 10 * mm, _plain(foot)[:120])
        canvas.drawRightString(size[0] - MARGIN, 10 * mm, str(canvas.getPageNumber()))

    page.build(flow, onFirstPage=number, onLaterPages=number)
    return out.getvalue()


def _table(section: Section, width: float, cell: ParagraphStyle) -> LongTable:
    shares = section.widths or [1.0] * len(section.head)
    widths = [width * share / sum(shares) for share in shares]
    cells = [[Paragraph(_safe(name), TOP) for name in section.head]]
    cells += [[Paragraph(_safe(value), cell) for value in row] for row in section.rows]
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ]
    )
    return LongTable(cells, colWidths=widths, repeatRows=1, style=style, splitInRow=1)


def _safe(value: Any) -> str:
    return escape(_plain(value))


def _plain(value: Any) -> str:
    text = "" if value is None else str(value)
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return "".join(one if ord(one) in KNOWN or one.isspace() else "?" for one in text)
