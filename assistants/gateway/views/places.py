"""Where a guard found something, in words: "message 2, characters 14–33" for `/messages/1/content`, 13 to 33."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_MESSAGE = re.compile(r"/messages/([0-9]{1,6})(/.*)?")
_CHOICE = re.compile(r"/choices/([0-9]{1,6})(/.*)?")
_PART = re.compile(r"/content/([0-9]{1,6})(/.*)?")
_INSIDE: dict[str, str | Promise] = {
    "tool_calls": gettext_lazy("tool call"),
    "function_call": gettext_lazy("tool call"),
    "refusal": gettext_lazy("refusal"),
    "reasoning_content": gettext_lazy("reasoning"),
    "name": gettext_lazy("name"),
}


def place(where: str) -> str:
    """A JSON pointer of a verdict in words; the pointer itself where there are none for it."""
    if found := _MESSAGE.match(where):
        return _joined(_("message %(n)s") % {"n": int(found[1]) + 1}, found[2] or "")
    if found := _CHOICE.match(where):
        answer = _("answer") if int(found[1]) == 0 else _("answer %(n)s") % {"n": int(found[1]) + 1}
        return _joined(answer, found[2] or "")
    for start, words in (("/tools", _("tools")), ("/user", _("end user")), ("/metadata", _("metadata"))):
        if where == start or where.startswith(f"{start}/"):
            return words
    return where


def _joined(first: str, rest: str) -> str:
    if part := _PART.match(rest):
        return _("%(place)s, part %(n)s") % {"place": first, "n": int(part[1]) + 1}
    inside = next((words for name, words in _INSIDE.items() if f"/{name}" in rest), "")
    return f"{first}, {inside}" if inside else first


def span(start: int, end: int) -> str:
    """Characters counted from one, both ends included; "" for a finding without a span."""
    if end <= start:
        return ""
    if end == start + 1:
        return _("character %(n)s") % {"n": end}
    return _("characters %(first)s–%(last)s") % {"first": start + 1, "last": end}
