"""How long what is said to an assistant is kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.retention.rules.classes import spelled


class Keeping(forms.Form):
    rule = forms.ChoiceField(
        label=_("Kept for"),
        required=False,
        help_text=_("For what is said from now on. What is stored already keeps its class."),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, int]], default: str, **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(name, f"{spelled(days)} ({name})") for name, days in choices]
        self.fields["rule"].choices = [("", default), *named]  # type: ignore[attr-defined]
