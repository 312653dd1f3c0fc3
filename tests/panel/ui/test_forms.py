"""Forms: label, hint, error with its remedy, kept input, secrets that never come back."""

import re
from typing import Any

from django import forms
from django.template import Context, Template

from panel.kernel.errors import Conflict, Invalid
from panel.ui.forms import Cards, CodeField, SecretField, Switch, refuse


class Sample(forms.Form):
    name = forms.CharField(help_text="Seen in traces.")
    secret = SecretField(ends="7f3a", required=False)
    code = CodeField(required=False)
    loud = forms.BooleanField(widget=Switch, required=False)
    kind = forms.ChoiceField(
        widget=Cards(details={"a": ("First of all.", "no key")}), choices=[("a", "A"), ("b", "B")], required=False
    )


def show(form: forms.Form) -> str:
    return Template("{% element form form=form verb='Save' / %}").render(Context({"form": form, "csrf_token": "tok"}))


def bound(**data: Any) -> Sample:
    return Sample(data)


def test_a_field_has_its_label_and_its_hint() -> None:
    shown = show(Sample())
    assert re.search(r'<label for="id_name">\s*Name\s*</label>', shown)
    assert 'id="id_name_hint">Seen in traces.' in shown
    assert 'aria-describedby="id_name_hint"' in shown
    assert 'name="csrfmiddlewaretoken" value="tok"' in shown


def test_an_error_stands_at_its_field_and_above_the_form() -> None:
    shown = show(bound(name=""))
    assert "One thing to correct" in shown
    assert '<a href="#id_name">' in shown
    assert 'id="id_name_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_name_hint id_name_error"' in shown


def test_what_was_typed_is_kept_but_never_a_secret() -> None:
    shown = show(bound(name="shop", secret="sk-very-secret", code="12"))
    assert 'value="shop"' in shown
    assert "sk-very-secret" not in shown
    assert "ends in 7f3a" in shown


def test_a_code_is_exactly_six_ascii_digits() -> None:
    for text in (" 189738", "+189738", "189_738", "١٨٩٧٣٨", "18973", "1897380", "189738\n"):
        assert not bound(name="x", code=text).is_valid(), text
    assert bound(name="x", code="189738").is_valid()


def test_choices_explain_themselves() -> None:
    shown = show(Sample())
    assert "First of all." in shown
    assert "no key" in shown


def test_a_refusal_stands_where_it_belongs() -> None:
    form = bound(name="x")
    assert form.is_valid()
    refuse(form, Invalid(fields={"name": "This name is taken. Choose another.", "gone": "Not here."}))
    assert form.errors["name"] == ["This name is taken. Choose another."]
    assert form.non_field_errors() == ["Not here."]
    refuse(form, Conflict("Changed by Ada 2 min ago. Yours is not saved."))
    assert "Changed by Ada" in str(form.non_field_errors())
