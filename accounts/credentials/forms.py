"""Forms of API keys."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.credentials.rules.life import CHAT, MODELS

LIVES = [("30", _("30 days")), ("90", _("90 days")), ("180", _("180 days")), ("365", _("One year"))]

SCOPES = [(CHAT, _("Chat")), (MODELS, _("List models"))]


class _Life(forms.Form):
    days = forms.ChoiceField(label=_("Expires in"), choices=LIVES, initial="90")

    @property
    def life(self) -> timedelta:
        return timedelta(days=int(self.cleaned_data["days"]))


class Gateway(_Life):
    """A key that calls `/v1`."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("The application that uses it, such as shop-website.")
    )
    assistants = forms.TypedMultipleChoiceField(
        coerce=UUID,
        label=_("May call"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("May do"), choices=SCOPES, initial=[CHAT, MODELS], widget=forms.CheckboxSelectMultiple
    )
    field_order = ("name", "assistants", "scopes", "days")

    def __init__(self, *args: Any, assistants: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assistants"].choices = assistants  # type: ignore[attr-defined]


class Management(_Life):
    """A key that calls `/api/v1`, with the rights of its owner, cut to scopes."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("The program that uses it."))
    scopes = forms.MultipleChoiceField(label=_("May do"), widget=forms.CheckboxSelectMultiple)
    field_order = ("name", "scopes", "days")

    def __init__(self, *args: Any, scopes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = scopes  # type: ignore[attr-defined]
