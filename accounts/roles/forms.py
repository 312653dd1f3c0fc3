"""Forms of roles."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.rules import ROLE_NAMES, Role

ROLES = [(role.value, ROLE_NAMES[role]) for role in Role if role is not Role.MEMBER]


class Give(forms.Form):
    role = forms.ChoiceField(label=_("Role"))
    reason = forms.CharField(label=_("Why"), max_length=200)
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The last day. Empty: until it is withdrawn."),
    )  # fmt: skip

    # Shown when a rule of separation warns (views.giving).
    despite = forms.BooleanField(
        label=_("Give it all the same"), required=False, widget=forms.HiddenInput,
        help_text=_("It stands in the journal, and on the page of separation of duties."),
    )  # fmt: skip

    def __init__(self, *args: Any, custom: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        choices: list[Any] = [*ROLES]
        if custom:
            choices.append((_("Made by your organisation"), custom))
        self.fields["role"].choices = choices  # type: ignore[attr-defined]

    @property
    def expires_at(self) -> datetime | None:
        """The end of the last day, in the reader's zone."""
        day = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(day, time.max)) if day else None


class Withdraw(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)


class CustomRole(forms.Form):
    """`permits` are those that the maker has, and on a change those that stand in it already."""

    name = forms.CharField(label=_("Name"), max_length=60)
    purpose = forms.CharField(label=_("What it is for"), max_length=200, required=False)
    permits = forms.MultipleChoiceField(
        label=_("Rights"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Choose at least one.")}
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, permits: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["permits"].choices = permits  # type: ignore[attr-defined]
