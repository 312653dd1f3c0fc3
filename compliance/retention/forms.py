"""Forms of retention. Periods are text: the verb says which bound a wrong one misses."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

REASON_LIMIT = 500


class New(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=24, help_text=_("Small letters, digits and _. It stands in lists and manifests.")
    )
    days = forms.CharField(label=_("Days"), max_length=20, help_text=_("Counted from when it was said, to the second."))


class Period(forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput)
    days = forms.CharField(label=_("Days"), max_length=20)
    reason = forms.CharField(
        label=_("Why"),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For whoever approves: a shorter period needs a second person and counts a day later."),
    )

    def __init__(self, *args: Any, floor: int, ceiling: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["days"].help_text = _("From %(floor)s to %(ceiling)s.") % {"floor": floor, "ceiling": ceiling}


class Approval(forms.Form):
    reason = forms.CharField(
        label=_("For whoever approves"), max_length=REASON_LIMIT, widget=forms.Textarea(attrs={"rows": 3})
    )
