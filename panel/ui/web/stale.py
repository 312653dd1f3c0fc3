"""Two people edit one thing: nobody's change is lost, and nobody's is overwritten unseen (design/DESIGN.md 11, conflict).

A form of something that exists carries a mark of what it was filled with. When the thing has another mark by the time the
form is sent, nothing is saved, and a page shows both, word by word: keep mine, take theirs, edit again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _

from panel.kernel.db import epochs
from panel.ui.drawings import diff

SEEN, AGAIN = "seen", "edit_again"
NOT_KEPT = {"csrfmiddlewaretoken", SEEN, AGAIN}


@dataclass(frozen=True)
class Difference:
    """A field on which they and you do not agree; `rows` are those of the element `diff`."""

    label: str
    rows: list[diff.Row]


def mark(values: Mapping[str, Any]) -> str:
    """What a form was filled with, as a digest."""
    text = json.dumps({name: str(value) for name, value in values.items()}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@contextmanager
def alone(path: str) -> Iterator[None]:
    """A transaction in which nobody else saves the same page: between the look at the mark and the change nothing moves."""
    with transaction.atomic():
        epochs.lock(f"edit:{path}")
        yield


def differences(form: forms.BaseForm, theirs: Mapping[str, Any]) -> list[Difference]:
    """What was sent against what is stored now; what nobody can read again (a secret) is left out."""
    found = []
    for field in form:
        if field.is_hidden or isinstance(field.field.widget, forms.PasswordInput):
            continue
        old, new = shown(field, theirs.get(field.name)), shown(field, field.value())
        if old != new:
            found.append(Difference(str(field.label), diff.compare(old, new)))
    return found


def typed_secret(form: forms.BaseForm) -> bool:
    """Whether a secret was typed: it goes into no page, so it has to be typed again."""
    return any(isinstance(one.field.widget, forms.PasswordInput) and one.value() for one in form)


def renewed(form: forms.BaseForm, sent: QueryDict, theirs: Mapping[str, Any]) -> QueryDict:
    """What was sent, on top of the state of now: hidden fields (revision) take their present value."""
    fields = sent.copy()
    for name in NOT_KEPT:
        fields.pop(name, None)
    for field in form:
        if field.is_hidden and field.html_name in fields and field.name in theirs:
            fields[field.html_name] = str(theirs[field.name])
        if isinstance(field.field.widget, forms.PasswordInput):
            fields.pop(field.html_name, None)
    fields[SEEN] = mark(theirs)
    return fields


def shown(field: BoundField, value: Any) -> str:
    """A value as a person reads it: the words of a choice, yes and no."""
    if isinstance(field.field, forms.BooleanField):
        return _("Yes") if value and value not in {"False", "false", "0"} else _("No")
    if isinstance(field.field, forms.ChoiceField):
        values = value if isinstance(value, list | tuple) else [value]
        words = {str(key): str(word) for key, word in _flat(field.field.choices)}
        return "\n".join(words.get(_text(one), _text(one)) for one in values)
    return _text(value).replace("\r\n", "\n").strip()


def _text(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for key, word in choices:
        if isinstance(word, list | tuple):
            yield from word
        else:
            yield key, word
