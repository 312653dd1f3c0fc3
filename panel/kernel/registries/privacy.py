"""What every field that can hold personal data says of itself.

A slice declares its models in `hooks.py`; a system check fails when a text, byte, JSON, address or file field of any
installed model, third-party ones included, is not declared. Stores outside the database declare with `store`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.checks import Error, register
from django.db import models

Erase = Literal["row", "blank", "key", "period", "keep"]
Export = Literal["copy", "mask", "omit"]

CAN_HOLD = (
    models.CharField,
    models.TextField,
    models.BinaryField,
    models.JSONField,
    models.GenericIPAddressField,
    models.FileField,
    ArrayField,
)


@dataclass(frozen=True)
class Personal:
    """A field that holds personal data.

    `subject` is the path from the row to its data subject ("user", "subject_id", "self"); `category` a word of the data
    map ("identity", "contact", "credential", "content", "trace"); `purpose` why it is stored; `export` its rule for a copy
    to the subject; `erase` what an erasure does ("row" deletes, "blank" empties, "key" destroys the key, "period" waits for
    retention, "keep" names a duty to keep); `retention` the class or rule that ends it.
    """

    subject: str
    category: str
    purpose: str
    export: Export = "copy"
    erase: Erase = "key"
    retention: str = "account"


@dataclass(frozen=True)
class NotPersonal:
    """A field that cannot hold personal data, and why not. `secret` keeps it out of every diff and export all the same."""

    why: str
    secret: bool = False


Declaration = Personal | NotPersonal
_fields: dict[tuple[str, str], Declaration] = {}
_stores: dict[str, Declaration] = {}


def declare(model: str, fields: Mapping[str, Declaration]) -> None:
    """Declare fields of a model, named "app.Model"."""
    for name, declaration in fields.items():
        _fields[model.lower(), name] = declaration


def store(name: str, declaration: Declaration) -> None:
    """Declare a place outside the database: files, spool, cache, log."""
    _stores[name] = declaration


def declarations() -> dict[tuple[str, str], Declaration]:
    return dict(_fields)


def stores() -> dict[str, Declaration]:
    return dict(_stores)


def undeclared() -> list[str]:
    """ "app.model.field" of each field that can hold personal data and says nothing."""
    missing = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:
            if not isinstance(field, CAN_HOLD) or field.choices:
                continue
            if (model._meta.label_lower, field.name) not in _fields:
                missing.append(f"{model._meta.label_lower}.{field.name}")
    return missing


# A check of the build (`manage.py check --deploy`, and a test), not of the start: a customer's panel must come up.
@register("privacy", deploy=True)
def check_declared(**_: Any) -> list[Error]:
    """The build fails when a field is silent."""
    return [
        Error(
            f"{name} does not say whether it holds personal data.",
            hint="Declare it in the slice's hooks.py.",
            id="privacy.E001",
        )
        for name in undeclared()
    ]
