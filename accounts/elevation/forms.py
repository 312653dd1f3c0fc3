"""Forms of asking and answering."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.rules import ROLE_NAMES, Role
from accounts.elevation.rules import EMERGENCY_HOURS, HOURS

# The least first: what is chosen unless somebody says otherwise.
ROLES = [(role.value, ROLE_NAMES[role]) for role in reversed(Role) if role is not Role.MEMBER]


class Ask(forms.Form):
    permit = forms.CharField(max_length=80, widget=forms.HiddenInput)
    kind = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    object_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("What you need it for"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Those who can give it read this. It stands in the journal."),
    )  # fmt: skip


class Approve(forms.Form):
    role = forms.ChoiceField(label=_("Role"))
    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day, at most 90 days from now. Then it ends by itself."),
    )  # fmt: skip
    answer = forms.CharField(label=_("Note"), max_length=500, required=False)
    # Shown when a rule of separation warns.
    despite = forms.BooleanField(label=_("Give it all the same"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, roles: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]

    @property
    def end(self) -> datetime:
        """The end of the last day, in the reader's zone."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time.max))


class Decline(forms.Form):
    answer = forms.CharField(label=_("Why, or what to do instead"), max_length=500)


def _hours(choices: tuple[int, ...]) -> list[tuple[int, Any]]:
    return [(hours, _("1 hour") if hours == 1 else _("%(n)s hours") % {"n": hours}) for hours in choices]


class AskRole(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    hours = forms.TypedChoiceField(label=_("For"), coerce=int, choices=_hours(HOURS), initial=4)
    reason = forms.CharField(
        label=_("What you need it for"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Somebody else reads this and decides. The time begins when they approve."),
    )  # fmt: skip


class Take(forms.Form):
    role = forms.ChoiceField(label=_("Role"))
    hours = forms.TypedChoiceField(label=_("For"), coerce=int, choices=_hours(EMERGENCY_HOURS), initial=1)
    reason = forms.CharField(label=_("What is the emergency"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, roles: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


class Name(forms.Form):
    person = forms.ChoiceField(label=_("Person"))
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    reason = forms.CharField(label=_("Why"), max_length=500)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"].choices = people  # type: ignore[attr-defined]


class Review(forms.Form):
    note = forms.CharField(
        label=_("What you found"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Was it an emergency, and was only done what it needed? This closes the review."),
    )  # fmt: skip
