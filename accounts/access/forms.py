"""Forms of rights."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.rules import ROLE_NAMES, Role

ROLES = [(role.value, ROLE_NAMES[role]) for role in Role if role is not Role.MEMBER]


class GiveRole(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    reason = forms.CharField(label=_("Why"), max_length=200)
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The last day. Empty: until it is withdrawn."),
    )  # fmt: skip

    # Shown when a rule of separation warns (views.people).
    despite = forms.BooleanField(
        label=_("Give it all the same"), required=False, widget=forms.HiddenInput,
        help_text=_("It stands in the journal, and on the page of separation of duties."),
    )  # fmt: skip

    @property
    def expires_at(self) -> datetime | None:
        """The end of the last day, in the reader's zone."""
        day = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(day, time.max)) if day else None


class Disable(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200)


class TeamName(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)


class Member(forms.Form):
    person = forms.ChoiceField(label=_("Person"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = people  # type: ignore[attr-defined]
