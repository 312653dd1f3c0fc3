"""Every field that can hold personal data says so, and the check that demands it bites."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import models
from django.test.utils import isolate_apps

from panel.kernel.registries import privacy


def test_no_field_is_silent() -> None:
    assert privacy.undeclared() == []


@isolate_apps("panel.kernel")
def test_an_undeclared_text_field_fails_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    class Diary(models.Model):
        entry = models.TextField()

        class Meta:
            app_label = "kernel"

    known = apps.get_models(include_auto_created=True)
    monkeypatch.setattr(apps, "get_models", lambda **_: [*known, Diary])
    assert privacy.undeclared()[-1] == "kernel.diary.entry"
    with pytest.raises(SystemCheckError, match=r"kernel\.diary\.entry does not say"):
        call_command("check", "--deploy", "--tag", "privacy", stdout=StringIO(), stderr=StringIO())


def test_no_declaration_names_a_field_that_is_gone() -> None:
    gone = []
    for model, field in privacy.declarations():
        fields = {one.name for one in apps.get_model(model)._meta.get_fields()}
        if field not in fields:
            gone.append(f"{model}.{field}")
    assert gone == []
