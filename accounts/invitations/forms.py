"""Forms of inviting."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.access.rules import ROLE_NAMES, Role
from accounts.invitations.rules import DAYS, USUAL_DAYS

PERIODS = [(days, ngettext_lazy("%(n)s day", "%(n)s days", days) % {"n": days}) for days in DAYS]


class _Days(forms.TypedChoiceField):
    """A number, also when nothing was chosen (Django's types know no `empty_value` but text)."""

    def clean(self, value: Any) -> int:
        return super().clean(value) or USUAL_DAYS


def _days() -> _Days:
    return _Days(
        label=_("The link works for"), choices=PERIODS, coerce=int, initial=USUAL_DAYS, required=False
    )  # fmt: skip


class _Somebody(forms.Form):
    full_name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)


class Person(_Somebody):
    role = forms.ChoiceField(label=_("Role"))
    team = forms.ChoiceField(label=_("Team"), required=False)
    days = _days()
    reason = forms.CharField(
        label=_("Why"), max_length=200, required=False, help_text=_("Stands in the journal beside the role.")
    )

    def __init__(self, *args: Any, custom: list[tuple[str, str]], teams: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        built_in: list[Any] = [(role.value, ROLE_NAMES[role]) for role in reversed(Role)]
        groups = [(_("Made by your organisation"), custom)] if custom else []
        self.fields["role"].choices = [*built_in, *groups]  # type: ignore[attr-defined]
        self.fields["team"].choices = [("", _("No team")), *teams]  # type: ignore[attr-defined]


class TeamMate(_Somebody):
    """A manager invites plain members into their team."""

    days = _days()


class _Visit(forms.Form):
    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("The last day of the visit.")
    )
    permits = forms.MultipleChoiceField(
        label=_("May see"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("Sections as a whole. Single assistants, secrets and teams are shared on their own pages."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Why"), max_length=200)

    def __init__(self, *args: Any, sections: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["permits"].choices = sections  # type: ignore[attr-defined]

    @property
    def ends(self) -> datetime:
        """The end of the last day, in the reader's zone."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time.max))


class Guest(_Somebody, _Visit):
    days = _days()
    field_order = ("full_name", "email", "until", "permits", "reason", "days")


class Visit(_Visit):
    pass


class File(forms.Form):
    file = forms.FileField(
        label=_("CSV file"), help_text=_("UTF-8; the first line is name,email,role,team. At most 1,000 people."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )  # fmt: skip


class Confirm(forms.Form):
    content = forms.CharField(widget=forms.HiddenInput, strip=False)
    reason = forms.CharField(label=_("Why"), max_length=200)
    days = _days()
