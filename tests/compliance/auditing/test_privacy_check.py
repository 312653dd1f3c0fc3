"""The privacy check of the build: a field that can hold personal data and says nothing fails it."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import models
from django.test.utils import isolate_apps

from panel.kernel.registries import privacy


def findings() -> list[str]:
    return [str(one.msg) for one in run_checks(tags=["privacy"], include_deployment_checks=True)]


def test_every_field_of_every_installed_table_is_declared() -> None:
    assert findings() == []


@pytest.mark.parametrize(
    "field",
    [
        models.CharField(max_length=9),
        models.TextField(),
        models.EmailField(),
        models.BinaryField(),
        models.JSONField(),
        models.GenericIPAddressField(),
        models.FileField(),
        models.SlugField(),
        models.URLField(),
    ],
    ids=lambda field: type(field).__name__,
)
@isolate_apps("compliance.auditing")
def test_an_undeclared_field_fails_it(field: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Notes(models.Model):
        text = field

        class Meta:
            app_label = "auditing"

    monkeypatch.setattr(privacy, "apps", SimpleNamespace(get_models=lambda **_: [Notes]))
    assert findings() == ["auditing.notes.text does not say whether it holds personal data."]
    monkeypatch.setitem(privacy._fields, ("auditing.notes", "text"), privacy.NotPersonal("a test"))
    assert findings() == []


@isolate_apps("compliance.auditing")
def test_numbers_dates_ids_and_fixed_choices_need_no_declaration(monkeypatch: pytest.MonkeyPatch) -> None:
    class Counts(models.Model):
        number = models.IntegerField()
        when = models.DateTimeField()
        word = models.CharField(max_length=9, choices=[("a", "A")])

        class Meta:
            app_label = "auditing"

    monkeypatch.setattr(privacy, "apps", SimpleNamespace(get_models=lambda **_: [Counts]))
    assert findings() == []


def test_no_declaration_is_left_over() -> None:
    known = {
        (model._meta.label_lower, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
    }
    assert set(privacy.declarations()) <= known


def test_each_declaration_says_why() -> None:
    for (model, field), one in privacy.declarations().items():
        told = one.purpose if isinstance(one, privacy.Personal) else one.why
        assert len(told) > 5, f"{model}.{field}"
