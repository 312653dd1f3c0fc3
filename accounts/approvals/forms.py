"""Forms of deciding, and of naming a deputy."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.approvals.rules.states import MAX_WORDS


class Approve(forms.Form):
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note"), max_length=MAX_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands in the journal beside your name. Not needed."),
    )  # fmt: skip


class Refuse(forms.Form):
    reason = forms.CharField(
        label=_("Why, or what to do instead"), max_length=MAX_WORDS, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Who asked reads this."),
    )  # fmt: skip


class NameDeputy(forms.Form):
    deputy = forms.ChoiceField(label=_("Deputy"))
    start = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day, at most 90 days from now. Then it ends by itself."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Why"), max_length=MAX_WORDS)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["deputy"].choices = people  # type: ignore[attr-defined]

    @property
    def starts_at(self) -> datetime:
        """The first minute of the first day, in the reader's zone."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["start"], time.min))

    @property
    def ends_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time.max))
