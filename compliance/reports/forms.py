"""The form of a report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _instant() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class Ask(forms.Form):
    kind = forms.ChoiceField(label=_("Report"))
    since = forms.DateTimeField(
        label=_("From"), required=False, widget=_instant(),
        help_text=_("UTC. Empty: from the beginning. Only for reports about a period."),
    )  # fmt: skip
    until = forms.DateTimeField(
        label=_("Until"), required=False, widget=_instant(),
        help_text=_("UTC. Empty: now. Reports about one instant are about this one."),
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
