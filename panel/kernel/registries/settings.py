"""Settings that the panel edits. The environment wins and is then shown read-only."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from panel.kernel import clock
from panel.kernel.errors import Conflict, Invalid
from panel.kernel.models import Setting


@dataclass(frozen=True)
class Spec:
    """`parse` turns text (environment, form) into a JSON value and raises ValueError with a sentence."""

    name: str
    title: str | Promise
    default: Any
    parse: Callable[[str], Any]
    variable: str = ""


_specs: dict[str, Spec] = {}


def register(spec: Spec) -> None:
    _specs[spec.name] = spec


def specs() -> dict[str, Spec]:
    return dict(_specs)


def from_environment(name: str) -> bool:
    return bool(_specs[name].variable and os.environ.get(_specs[name].variable))


def value(name: str) -> Any:
    """The value in force: environment, else the panel's, else the default."""
    spec = _specs[name]
    if from_environment(name):
        return spec.parse(os.environ[spec.variable])
    stored = Setting.objects.filter(name=name).values_list("value", flat=True).first()
    return spec.default if stored is None else stored


def values(names: Iterable[str]) -> dict[str, Any]:
    """`value` of several, by one question."""
    wanted = list(names)
    stored = dict(Setting.objects.filter(name__in=wanted).values_list("name", "value"))
    return {
        name: _specs[name].parse(os.environ[_specs[name].variable])
        if from_environment(name)
        else stored.get(name, _specs[name].default)
        for name in wanted
    }


def change(name: str, text: str) -> Any:
    """Store a new value. Raises Invalid with the parser's sentence, Conflict when the environment holds it."""
    spec = _specs[name]
    if from_environment(name):
        raise Conflict(f"{spec.variable} in the environment holds this setting; change it there.")
    try:
        parsed = spec.parse(text)
    except ValueError as error:
        raise Invalid(fields={name: str(error)}) from None
    Setting.objects.update_or_create(name=name, defaults={"value": parsed, "changed_at": clock.now()})
    return parsed
