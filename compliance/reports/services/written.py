"""The files of a report: CSV, JSON, HTML, PDF of the same rows and the same numbers.

The same document gives the same bytes. PDF and HTML list at most `MOST` rows; all of them stand in rows.csv and rows.json.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from compliance.reports.rules import safe

MOST = 1000
FONT, BOLD = "Vera", "VeraBd"


@dataclass
class Document:
    """A report before it becomes files. `facts` are (term, value) lines, `sections` are (title, lines of text or facts),
    `columns` those of `rows` that the printed table shows, as (name, title)."""

    title: str
    facts: list[tuple[str, Any]]
    sections: list[tuple[str, Sequence[Any]]]
    columns: Sequence[tuple[str, str]]
    rows: list[dict[str, Any]]
    total: int
    note: str = ""
    heading: str = "Rights"


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe(row[name]) for name in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}table{border-collapse:collapse;"
    "width:100%}td,th{border-bottom:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top}dl{display:grid;"
    "grid-template-columns:16rem 1fr;gap:.2rem 1rem}dd{margin:0}"
)


def as_html(doc: Document) -> bytes:
    """One page without script and without anything from elsewhere."""
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"',
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(doc.title)}</title><style>{STYLE}</style></head><body><h1>{escape(doc.title)}</h1><dl>",
        *(f"<dt>{escape(term)}</dt><dd>{escape(_shown(value))}</dd>" for term, value in doc.facts),
        "</dl>",
    ]
    for title, lines in doc.sections:
        parts += [f"<h2>{escape(title)}</h2>", *_html_lines(lines)]
    parts += [f"<h2>{escape(doc.heading)}</h2>", f"<p>{escape(doc.note)}</p>" if doc.note else "", "<table><thead><tr>"]
    parts += [f"<th>{escape(title)}</th>" for _name, title in doc.columns]
    parts.append("</tr></thead><tbody>")
    for row in doc.rows:
        parts.append(
            "<tr>" + "".join(f"<td>{escape(_shown(row[name]))}</td>" for name, _title in doc.columns) + "</tr>"
        )
    return "".join([*parts, "</tbody></table></body></html>\n"]).encode()


def _html_lines(lines: Sequence[Any]) -> list[str]:
    if not lines:
        return ["<p>None.</p>"]
    if isinstance(lines[0], str):
        return ["<ol>", *(f"<li>{escape(one)}</li>" for one in lines), "</ol>"]
    found = [f"<tr><td>{escape(_shown(term))}</td><td>{escape(_shown(value))}</td></tr>" for term, value in lines]
    return ["<table><tbody>", *found, "</tbody></table>"]


def as_pdf(doc: Document) -> bytes:
    """A4 across. The same document gives the same bytes."""
    _fonts()
    out = io.BytesIO()
    pages = SimpleDocTemplate(
        out, pagesize=landscape(A4), title=doc.title, invariant=1, leftMargin=36, rightMargin=36, topMargin=36,
        bottomMargin=36,
    )  # fmt: skip
    plain = ParagraphStyle("plain", fontName=FONT, fontSize=7.5, leading=10)
    head = ParagraphStyle("head", fontName=BOLD, fontSize=10, leading=14, spaceBefore=8)
    story: list[Any] = [Paragraph(escape(doc.title), ParagraphStyle("title", fontName=BOLD, fontSize=15, leading=20))]
    story += [Paragraph(f"<b>{escape(term)}</b>: {escape(_shown(value))}", plain) for term, value in doc.facts]
    for title, lines in doc.sections:
        story.append(Paragraph(escape(title), head))
        story += [Paragraph(_pdf_line(one), plain) for one in lines] or [Paragraph("None.", plain)]
    story += [
        Paragraph(escape(doc.heading), head),
        Paragraph(escape(doc.note), plain),
        Spacer(1, 6),
        _table(doc, pages.width),
    ]
    pages.build(story)
    return out.getvalue()


def _pdf_line(line: Any) -> str:
    if isinstance(line, str):
        return f"– {escape(line)}"
    return f"{escape(_shown(line[0]))}: {escape(_shown(line[1]))}"


def _table(doc: Document, width: float) -> Any:
    small = ParagraphStyle("cell", fontName=FONT, fontSize=6, leading=7.5)
    bold = ParagraphStyle("top", parent=small, fontName=BOLD)
    lines = [[Paragraph(escape(title), bold) for _name, title in doc.columns]]
    lines += [[Paragraph(escape(_shown(row[name])[:300]), small) for name, _title in doc.columns] for row in doc.rows]
    table = LongTable(lines, repeatRows=1, colWidths=[width / len(doc.columns)] * len(doc.columns))
    table.setStyle(
        TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    )
    return table


def _fonts() -> None:
    """Bitstream Vera comes with reportlab; what it has no sign for stands in the other files."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        for name, file in ((FONT, "Vera.ttf"), (BOLD, "VeraBd.ttf")):
            pdfmetrics.registerFont(TTFont(name, file))
        pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=FONT, boldItalic=BOLD)
