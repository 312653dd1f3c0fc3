"""The page on which a copy can be read without any program: one file of HTML, nothing from elsewhere, no scripts. In flat
memory, whatever a person said to assistants."""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

STYLE: Final = (
    ":root{color-scheme:light dark;--ink:#171c24;--soft:#4c515b;--line:#dce0e4;--bg:#f8f9fb;--sheet:#fff;--mark:#05655a}"
    "@media(prefers-color-scheme:dark){:root{--ink:#edeef1;--soft:#b2b6bc;--line:#2c2f35;--bg:#0f1116;--sheet:#16191e;"
    "--mark:#69d4be}}"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:2rem 1rem 4rem;color:var(--ink);"
    "background:var(--bg)}h1{font-size:26px;line-height:1.25;margin:0 0 .25rem}h2{font-size:18px;margin:2.5rem 0 .5rem}"
    "p{color:var(--soft);margin:.25rem 0 1rem;max-width:66ch}a{color:var(--mark)}"
    "table{border-collapse:collapse;width:100%;background:var(--sheet);border:1px solid var(--line);margin:0 0 1rem}"
    "td,th{border-bottom:1px solid var(--line);padding:.4rem .75rem;text-align:left;vertical-align:top}"
    "td{white-space:pre-wrap;overflow-wrap:anywhere}thead th,tbody th{color:var(--soft);font-weight:600}"
    "tbody th{width:9rem}ul{padding-left:1.2rem;color:var(--soft)}li{margin:.25rem 0}"
    "@media(max-width:40rem){table.list thead{display:none}table.list td{display:block;border:0;padding:.15rem .75rem}"
    "table.list tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}tbody th{width:6rem}}"
)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*\+00:00")
WORDS: Final = {
    "at": gettext_lazy("When"),
    "code": gettext_lazy("Number"),
    "contact": gettext_lazy("Address"),
    "created_at": gettext_lazy("Since"),
    "email": gettext_lazy("E-mail"),
    "full_name": gettext_lazy("Name"),
    "kind": gettext_lazy("Kind"),
    "language": gettext_lazy("Language"),
    "messages": gettext_lazy("Messages"),
    "said": gettext_lazy("You said"),
    "answer": gettext_lazy("Answer"),
    "answered": gettext_lazy("Answer"),
    "assistant": gettext_lazy("Assistant"),
    "model": gettext_lazy("Model"),
    "since": gettext_lazy("Since"),
    "state": gettext_lazy("State"),
    "subject": gettext_lazy("Subject line"),
    "text": gettext_lazy("Text"),
    "time_zone": gettext_lazy("Time zone"),
    "value": gettext_lazy("Value"),
    "words": gettext_lazy("Words"),
}


def page(
    about: Mapping[str, Any], stores: Mapping[str, tuple[Any, Iterable[Mapping[str, Any]]]], language: str = ""
) -> Iterator[bytes]:
    """`about` as `telling.article_15` says it; each store with its heading and its items."""
    # Never over a `yield` to whoever reads: the language is the thread's.
    with translation.override(language or None):
        head = _head(about)
        words = {key: html.escape(str(one)) for key, one in WORDS.items()}
    yield from (one.encode() for one in head)
    for name, (heading, rows) in stores.items():
        yield f'<h2 id="{html.escape(name)}">{html.escape(str(heading))}</h2>'.encode()
        for item in rows:
            yield _table(item, words).encode()
    yield b"</body></html>\n"


def _head(about: Mapping[str, Any]) -> list[str]:
    title = html.escape(f"{about['request']} – {about['controller']}")
    facts = {
        _("Made"): _told(about["made_at"]), _("Responsible"): about["controller"], _("Law"): ", ".join(about["law"]),
        _("Where it comes from"): about["source"], _("Automated decisions"): about["automated_decisions"],
        _("Other countries"): about["transfers"],
    }  # fmt: skip
    held = [[one["title"], str(one["items"]), one["purpose"], one["kept"]] for one in about["stores"]]
    got = [
        [one["name"], one["where"], one["what"], _told(one["first"]), _told(one["last"]), str(one["times"])]
        for one in about["recipients"]
    ]
    left = [[one["store"], str(one["items"]), "; ".join(one["grounds"])] for one in about["left_out"]]
    opening = (
        f'<!doctype html><html lang="{get_language() or "en"}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>"
    )
    lead = _("All that is held about you, and why. The same stands in data.json and in the tables beside it.")
    return [
        opening,
        f"<p>{html.escape(lead)}</p>",
        _table(facts, {}),
        _list(_("What is held"), [_("Where"), _("Items"), _("What for"), _("How long")], held),
        _list(_("Who received data"), [_("Name"), _("Place"), _("What"), _("First"), _("Last"), _("Times")], got),
        _list(_("What was left out"), [_("Where"), _("Items"), _("Why")], left),
        f"<h2>{html.escape(_('Your rights'))}</h2><ul>",
        *(f"<li>{html.escape(one)}</li>" for one in about["rights"]),
        "</ul>",
    ]  # fmt: skip


def _list(heading: str, titles: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{html.escape(one)}</th>" for one in titles)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(one)}</td>" for one in row) + "</tr>" for row in rows)
    return f'<h2>{html.escape(heading)}</h2><table class="list"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _table(item: Mapping[str, Any], words: Mapping[str, str]) -> str:
    rows = "".join(
        f"<tr><th>{words.get(key) or html.escape(key.replace('_', ' '))}</th><td>{html.escape(_told(value))}</td></tr>"
        for key, value in item.items()
        if value is not None and value != ""
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _told(value: Any) -> str:
    """Instants (always UTC here) without their seconds, the rest as it is."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"{value[:10]} {value[11:16]} UTC" if _INSTANT.fullmatch(value) else value
