"""Forms of accounts."""

from django import forms
from django.utils.translation import gettext_lazy as _


class Disable(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200)
