"""Small words of the templates: icons, glyphs, the guard tape, times, the breadcrumb, long ids cut in the middle."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from panel.kernel import clock
from panel.ui import menu
from panel.ui.drawings import icons, tape
from panel.ui.menu import Identity
from panel.ui.prose import safe_html

STATES = {
    "live": gettext_lazy("Live"),
    "draft": gettext_lazy("Draft"),
    "paused": gettext_lazy("Paused"),
    "stopped": gettext_lazy("Stopped"),
    "archived": gettext_lazy("Archived"),
    "active": gettext_lazy("Active"),
    "expired": gettext_lazy("Expired"),
    "revoked": gettext_lazy("Revoked"),
    "invited": gettext_lazy("Invited"),
    "suspended": gettext_lazy("Suspended"),
}
HISTORY = "auditing:journal"
register = template.Library()
register.simple_tag(icons.icon, name="icon")
register.simple_tag(icons.glyph, name="glyph")


@register.filter
def prose(text: str) -> SafeString:
    """Markdown that people wrote, without raw HTML, images and attributes (panel.ui.prose)."""
    return mark_safe(safe_html(text))  # noqa: S308 - an allow-list made it


@register.simple_tag
def guard_tape(stages: Sequence[str], size: str = "row", sentence: str = "") -> SafeString:
    return tape.draw(list(stages), size=size, sentence=sentence)


@register.simple_tag
def crumb(label: Any, url: str = "") -> SafeString:
    """One step of the breadcrumb; without a URL it is the page itself."""
    if not url:
        return format_html('<li aria-current="page">{}</li>', label)
    return format_html('<li><a href="{}">{}</a></li>', url, label)


@register.simple_tag(takes_context=True)
def history_url(context: Context, key: Any) -> str:
    """Where the journal tells what happened to an object; "" for who may not read it, or where there is no journal."""
    request = context.get("request")
    found = next((one for one in menu.items() if one.url_name == HISTORY), None)
    if request is None or found is None or not menu.allowed(menu.actor_of(request), found.permit):
        return ""
    return f"{reverse(found.url_name)}?{urlencode({'object': key})}"


@register.filter
def cut(value: Any, ends: int = 4) -> str:
    """A long id with its middle left out: `9c41…e07b`."""
    text = str(value)
    return text if len(text) <= 2 * ends + 1 else f"{text[:ends]}…{text[-ends:]}"


@register.filter
def initials(name: Any) -> str:
    return Identity(str(name), "").initials


@register.filter
def brief(value: Any, words: int = 24) -> str:
    return Truncator(value).words(words, truncate="…")


@register.simple_tag
def ago(at: datetime | None, never: Any = "") -> SafeString:
    """A relative time; the absolute one, with its zone, is the title and the machine-readable value."""
    if at is None:
        return format_html("{}", never or _("never"))
    seconds = (clock.now() - at).total_seconds()
    if abs(seconds) < 60:
        return _time(at, _("just now") if seconds > -5 else _("in a moment"))
    span = {"span": _span(abs(seconds))}
    return _time(at, (_("%(span)s ago") if seconds > 0 else _("in %(span)s")) % span)


@register.simple_tag
def moment(at: datetime | None, seconds: bool = False, never: Any = "–") -> SafeString:
    """An absolute time in the reader's zone: `24 Nov, 10:14`, with the year when it is another one."""
    if at is None:
        return format_html("{}", never)
    local = timezone.localtime(at)
    day = "j M" if local.year == timezone.localtime(clock.now()).year else "j M Y"
    return _time(at, date_format(local, f"{day}, {'H:i:s' if seconds else 'H:i'}"))


def _span(seconds: float) -> str:
    """Minutes for two hours, hours for two days, days for four months, then months and years."""
    minutes = round(seconds / 60)
    if minutes < 120:
        return _("%(n)s min") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(n)s h") % {"n": round(minutes / 60)}
    days = round(minutes / 1440)
    if days < 120:
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if days < 700:
        return ngettext("%(n)s month", "%(n)s months", round(days / 30.44)) % {"n": round(days / 30.44)}
    return ngettext("%(n)s year", "%(n)s years", round(days / 365.25)) % {"n": round(days / 365.25)}


def _time(at: datetime, text: str) -> SafeString:
    full = timezone.localtime(at)
    title = f"{date_format(full, 'D j M Y, H:i:s')} {full.tzname()}"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), title, text)


@register.simple_tag(takes_context=True)
def here(context: Context, url: str) -> str:
    """`aria-current="page"` for a link to this page (tabs)."""
    request = context.get("request")
    return SafeString(' aria-current="page"') if request is not None and request.path == url else ""


@register.simple_tag(takes_context=True)
def opens(context: Context, url: str) -> bool:
    """Whether whoever reads this page may come in at `url`: a link behind a closed door is no help."""
    request, view = context.get("request"), resolve(url).func
    door = getattr(getattr(view, "view_class", view), "door", None)
    return request is not None and menu.allowed(menu.actor_of(request), door.permit_for("GET") if door else None)


@register.filter
def attr(value: Any, name: str) -> Any:
    """A key or an attribute whose name is only known at run time."""
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


@register.filter
def split(text: str) -> list[str]:
    """Words of a constant, for examples in templates."""
    return text.split()


@register.filter
def verdict_word(value: str) -> Any:
    return tape.WORDS[value]


@register.filter
def state_word(value: str) -> Any:
    return STATES.get(value, value)


@register.simple_tag
def meter_bar(value: float, limit: float, most: float, label: str) -> SafeString:
    """A bar with the limit as a tick; widths are SVG attributes, because inline style is refused by the policy."""
    share = min(max(value / most if most else 0, 0), 1) * 100
    tick = min(max(limit / most if most else 0, 0), 1) * 100
    tone = "full" if value >= most else "over" if value >= limit else "fine"
    return format_html(
        '<svg class="meter-bar" width="100%" height="12" role="img" aria-label="{}">'
        '<rect class="track" y="3" width="100%" height="6" rx="3"/>'
        '<rect class="{}" y="3" width="{}%" height="6" rx="3"/>'
        '<rect class="tick" x="{}%" width="1.5" height="12"/></svg>',
        _("%(label)s: %(value)s of %(most)s, limit %(limit)s")
        % {"label": label, "value": f"{value:g}", "most": f"{most:g}", "limit": f"{limit:g}"},
        tone,
        f"{share:.4g}",
        f"{tick:.4g}",
    )
