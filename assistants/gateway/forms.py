"""What people fill in on the pages of the gateway."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.conversations.rules import REASON_LEAST, REASON_MOST


class Reveal(forms.Form):
    reason = forms.CharField(
        label=_("Why must you read this?"),
        help_text=_("One sentence, with the number of the incident or request if there is one. It is journalled."),
        min_length=REASON_LEAST,
        max_length=REASON_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
