"""Forms of separation of duties."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.duties import queries
from accounts.duties.rules import STRENGTH_WORDS

STRENGTHS = [(one.value, word) for one, word in STRENGTH_WORDS.items()]


class Decide(forms.Form):
    strength = forms.ChoiceField(label=_("What happens"), choices=STRENGTHS)


class Add(forms.Form):
    first = forms.ChoiceField(label=_("Who has the role"), choices=queries.choices)
    second = forms.ChoiceField(label=_("does not get the role"), choices=queries.choices)
    strength = forms.ChoiceField(label=_("What happens"), choices=STRENGTHS[1:])
