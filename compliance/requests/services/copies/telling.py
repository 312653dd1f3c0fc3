"""What goes with a copy (GDPR Art. 15(1) and (2)), and the page on which all of it can be read without a program."""

import html
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from compliance.requests.models import Request
from compliance.requests.queries import clocks
from compliance.requests.rules.stores import Person, Store, recipients
from panel.kernel.installation import organisation

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.3rem;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}pre{white-space:pre-wrap;overflow-wrap:anywhere}"
)


def article_15(
    row: Request, person: Person, stores: Iterable[Store], counts: Mapping[str, int], at: datetime
) -> dict[str, Any]:
    """The answers that the law asks for beside the copy, from what the panel really did."""
    with translation.override(row.language or None):
        return {
            "request": row.code, "made_at": at.isoformat(),
            "controller": organisation() or "–",
            "law": ["GDPR Art. 15", "GDPR Art. 20"],
            "subjects": [str(one) for one in person.subjects],
            "stores": [
                {
                    "store": one.name, "title": str(one.title), "category": one.category, "purpose": str(one.purpose),
                    "kept": str(one.retention), "items": counts.get(one.name, 0),
                }
                for one in stores
            ],
            "recipients": [
                {
                    "name": one.name, "where": one.where, "what": one.what, "first": one.first.isoformat(),
                    "last": one.last.isoformat(), "times": one.times,
                }
                for one in recipients(person)
            ],
            "left_out": left_out(person),
            "source": _("You, by using the assistants and these pages; what is not from you says so."),
            "automated_decisions": _("The panel decides nothing about you that has legal or similar effects (Art. 22)."),
            "transfers": _("Where a recipient is outside of your country, the place is named with it."),
            "rights": [
                _("Ask us to correct or delete data, to restrict its use, and object to it."),
                _("Take back a consent; what was done before stays lawful."),
                _("Complain: %(where)s") % {"where": clocks.complaint() or _("at your data protection authority")},
            ],
        }  # fmt: skip


def left_out(person: Person) -> list[dict[str, Any]]:
    """By store how many items are exempt, and on which grounds."""
    return [
        {"store": name, "items": len(items), "grounds": sorted(set(items.values()))}
        for name, items in sorted(person.exempt.items())
    ]


def page(about: Mapping[str, Any], stores: Mapping[str, tuple[Any, Iterable[Mapping[str, Any]]]]) -> Iterator[bytes]:
    """One page of HTML without scripts, images or anything from elsewhere."""
    title = html.escape(f"{about['request']} – {about['controller']}")
    yield (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>"
    ).encode()
    yield f"<pre>{html.escape(json.dumps(dict(about), indent=2, ensure_ascii=False))}</pre>".encode()
    for name, (heading, rows) in stores.items():
        yield f'<h2 id="{html.escape(name)}">{html.escape(str(heading))}</h2><table>'.encode()
        for item in rows:
            for key, value in item.items():
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                yield f"<tr><th>{html.escape(key)}</th><td>{html.escape(text)}</td></tr>".encode()
            yield b'<tr><td colspan="2"></td></tr>'
        yield b"</table>"
    yield b"</body></html>\n"
