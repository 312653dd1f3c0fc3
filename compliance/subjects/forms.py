"""Forms of the privacy centre and of the pages about subjects."""

from django import forms
from django.utils.translation import gettext_lazy as _


class Address(forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We mail you a link that opens your pages. It works once, for 30 minutes."),
    )  # fmt: skip


class Opening(forms.Form):
    join = forms.BooleanField(
        label=_("The pages that are open in this browser are also mine: put them together"), required=False,
        help_text=_("Leave this off if somebody else opened them."),
    )  # fmt: skip


class Reason(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands in the journal."),
    )  # fmt: skip


class Merge(Reason):
    other = forms.CharField(
        label=_("The other person"), max_length=512,
        help_text=_("An exact identifier, or the subject's id."),
    )  # fmt: skip
