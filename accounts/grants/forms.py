"""Forms of grants, on whatever object."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.access.rules import OBJECT_ROLE_NAMES, ObjectRole

ROLES = [(role.codename, OBJECT_ROLE_NAMES[role]) for role in ObjectRole]


class Grant(forms.Form):
    """`receiver` is "user:id" or "team:id"."""

    receiver = forms.ChoiceField(label=_("Who"))
    role = forms.ChoiceField(label=_("May do"), choices=ROLES)
    reason = forms.CharField(label=_("Why"), max_length=300)
    expires_at = forms.DateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("UTC. Leave empty for no end."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, receivers: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["receiver"].choices = [("", _("Choose …")), *receivers]  # type: ignore[attr-defined]


class TakeBack(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=300, required=False, help_text=_("Stands in the history of this object.")
    )


class Question(forms.Form):
    """ "Can X do Y on Z?" """

    who = forms.TypedChoiceField(label=_("Who"))
    right = forms.ChoiceField(label=_("May do"))
    on = forms.ChoiceField(label=_("On"), required=False)

    def __init__(self, *args: Any, who: Any, rights: Any, on: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["who"].choices = who  # type: ignore[attr-defined]
        self.fields["right"].choices = rights  # type: ignore[attr-defined]
        self.fields["on"].choices = [("", _("The whole organisation")), *on]  # type: ignore[attr-defined]
