"""Forms of teams."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class TeamName(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)


class Member(forms.Form):
    person = forms.ChoiceField(label=_("Who"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = people  # type: ignore[attr-defined]
