"""Forms of asking and answering."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Ask(forms.Form):
    permit = forms.CharField(max_length=80, widget=forms.HiddenInput)
    kind = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    object_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("What you need it for"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Those who can give it read this. It stands in the journal."),
    )  # fmt: skip


class Approve(forms.Form):
    role = forms.ChoiceField(label=_("Role"))
    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day, at most 90 days from now. Then it ends by itself."),
    )  # fmt: skip
    answer = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, roles: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]

    @property
    def end(self) -> datetime:
        """The end of the last day, in the reader's zone."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time.max))


class Decline(forms.Form):
    answer = forms.CharField(label=_("Why, or what to do instead"), max_length=500)
