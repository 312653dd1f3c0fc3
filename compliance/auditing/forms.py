"""Forms of the journal."""

from django import forms
from django.utils.translation import gettext_lazy as _


class KeyRotation(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands in the journal."),
    )  # fmt: skip
    overlap = forms.IntegerField(
        label=_("Overlap in days"), min_value=0, max_value=90, initial=30,
        help_text=_("So long the old key signs checkpoints as well. Take 0 when it may have leaked."),
    )  # fmt: skip


class Controller(forms.Form):
    name = forms.CharField(
        label=_("Controller"), max_length=200, required=False,
        help_text=_("The legal name. Empty: the organisation's name in this panel."),
    )  # fmt: skip
    address = forms.CharField(label=_("Postal address"), max_length=300, required=False)
    contact = forms.CharField(
        label=_("Contact"), max_length=200, required=False, help_text=_("A role's address or number, not a person's.")
    )
    officer = forms.CharField(
        label=_("Data protection officer"), max_length=200, required=False,
        help_text=_("A role's address, such as privacy@example.org."),
    )  # fmt: skip
