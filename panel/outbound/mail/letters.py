"""Letters: what the panel writes to people. a text of `templates/emails/text` (its first line is the subject) and one of
`templates/emails/html` with the same name.

A slice registers its letters in hooks.py, with a sample for the preview and the tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string  # noqa: TID251 - a letter is a template, whoever sends it
from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from panel.kernel.errors import Invalid
from panel.kernel.installation import organisation
from panel.outbound.mail.rules import MAX_BODY

Text = str | Promise


@dataclass(frozen=True)
class Letter:
    """`title` says in the outbox what it is; `sample` are values as a real one gets them. `link` is the one thing to do
    and stays copyable in the outbox; a letter without one only tells."""

    name: str
    title: Text
    sample: Mapping[str, Any]


@dataclass(frozen=True, repr=False)
class Written:
    subject: str
    text: str
    html: str
    link: str


_letters: dict[str, Letter] = {}


def register(letter: Letter) -> None:
    _letters[letter.name] = letter


def registered() -> dict[str, Letter]:
    return dict(sorted(_letters.items()))


def title(name: str) -> str:
    """What a letter is, for people; its name when an older version wrote it."""
    return str(_letters[name].title) if name in _letters else name


def write(name: str, context: Mapping[str, Any], language: str, *, to: str = "", zone: str = "UTC") -> Written:
    """The letter in a language. `to` is the recipient's name; instants in the context are told by the clock of `zone`.
    Raises LookupError for an unknown letter, Invalid for one that is too long."""
    letter = _letters[name]
    with translation.override(language or settings.LANGUAGE_CODE):
        values = {key: _told(value, zone) for key, value in context.items()}
        values |= {"to": to, "organisation": organisation() or "ClawPanel", "base_url": settings.BASE_URL}
        text = render_to_string(f"emails/text/{letter.name}.txt", values)
        subject, _line, body = text.strip().partition("\n")
        subject = " ".join("".join(char if char.isprintable() else " " for char in subject).split())[:200]
        html = render_to_string(f"emails/html/{letter.name}.html", {**values, "subject": subject, "language": language})
    if len(body) > MAX_BODY or len(html) > MAX_BODY:
        raise Invalid(_("This message is too long to be sent as mail."), code="mail_too_long")
    return Written(subject, body.strip() + "\n", html, str(context.get("link", "")))


def _told(value: Any, zone: str) -> Any:
    """An instant in words of the language that is active, with the zone; all else as it is."""
    if not isinstance(value, datetime):
        return value
    local = value.astimezone(ZoneInfo(zone))
    return f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"
