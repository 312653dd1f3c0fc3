"""The form of a witnessed journal."""

from django import forms
from django.utils.translation import gettext_lazy as _


class Watch(forms.Form):
    keys = forms.CharField(
        label=_("Verifier keys"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_(
            "Of one journal, one a line: name+8 hex digits+base64. Another panel shows them on the page of its sinks."
        ),
    )
