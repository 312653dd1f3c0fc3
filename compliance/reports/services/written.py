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

from compliance.reports.rules import safe
from panel.ui.drawings import paper
from panel.ui.drawings.paper import Section

MOST = 1000


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
    """A4 across. A cell has at most 300 characters: all of them stand in the other files."""
    facts = [f"{term}: {_shown(value)}" for term, value in doc.facts]
    told = [Section(title, "\n".join(map(_line, lines)) or "None.") for title, lines in doc.sections]
    cells = [[_shown(row[name])[:300] for name, _title in doc.columns] for row in doc.rows]
    told.append(Section(doc.heading, doc.note, [title for _name, title in doc.columns], cells))
    return paper.pdf(doc.title, facts, told, foot=doc.title, across=True)


def _line(line: Any) -> str:
    return f"– {line}" if isinstance(line, str) else f"{_shown(line[0])}: {_shown(line[1])}"
