"""Forms through elements: every field gets label, hint, error with its remedy, and keeps what was typed.

class Rotation(forms.Form):
    value = SecretField(label=_("New key"), ends="7f3a")

{% element form form=form verb="Store secret" cancel=url / %}
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from panel.kernel.errors import Invalid, Refusal


class Switch(forms.CheckboxInput):
    """A setting that is on or off at once, drawn as a switch; a plain CheckboxInput is a box."""


class Cards(forms.RadioSelect):
    """One of a few, each explained: `details` maps a value to (sentence, tag)."""

    def __init__(self, *, details: Mapping[str, tuple[Any, Any]] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.details = dict(details or {})


class Segments(forms.RadioSelect):
    """One of two to four short words, side by side."""


class SecretInput(forms.PasswordInput):
    """Write-only: never rendered back, not even after an error; `ends` are the last characters of the stored one."""

    def __init__(self, *, ends: str = "", note: Any = "", attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"autocomplete": "off", "spellcheck": "false", **(attrs or {})}, render_value=False)
        self.ends, self.note = ends, note


class CodeInput(forms.TextInput):
    """Six digits of an authenticator app."""

    input_type = "text"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "pattern": "[0-9]{6}",
                "maxlength": "6",
                "spellcheck": "false",
                "data-code": "",
                **(attrs or {}),
            }
        )


class SecretField(forms.CharField):
    """A secret's value as it was pasted, without the white space around it."""

    def __init__(self, *, ends: str = "", note: Any = "", **options: Any) -> None:
        options.setdefault("widget", SecretInput(ends=ends, note=note))
        super().__init__(**options)


class CodeField(forms.RegexField):
    """Exactly six ASCII digits; everything else is refused before a factor sees it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Code"))
        options.setdefault("widget", CodeInput())
        options.setdefault("error_messages", {"invalid": _("A code is exactly six digits, without spaces.")})
        super().__init__(r"^[0-9]{6}\Z", strip=False, **options)


KINDS: list[tuple[type[forms.Widget], str]] = [
    (Switch, "switch"),
    (forms.CheckboxInput, "box"),
    (Cards, "cards"),
    (Segments, "segments"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxSelectMultiple, "radios"),
    (SecretInput, "secret"),
    (CodeInput, "code"),
    (forms.PasswordInput, "password"),
    (forms.Select, "select"),
    (forms.Textarea, "area"),
]


def kind_of(field: BoundField) -> str:
    """How the field is drawn."""
    return next((kind for widget, kind in KINDS if isinstance(field.field.widget, widget)), "line")


def refuse(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a verb's refusal where it belongs: beside its fields, or above the form."""
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    for name, sentence in fields.items():
        form.add_error(name if name in form.fields else None, sentence)
    if not fields:
        form.add_error(None, refusal.sentence)
