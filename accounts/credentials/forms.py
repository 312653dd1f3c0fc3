"""Forms of API keys."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.credentials.rules.life import CHAT, MODELS, NEVER
from accounts.credentials.rules.scopes import WORDS
from panel.ui.forms import Switch

LIVES = [("30", _("30 days")), ("90", _("90 days")), ("180", _("180 days")), ("365", _("One year"))]
FOR_EVER = ("never", _("Never"))
OVERLAPS = [
    ("0", _("Not at all: it ends now")),
    ("1", _("For one hour")),
    ("24", _("For one day")),
    ("72", _("For three days")),
    ("168", _("For seven days")),
]


def lives(longest_days: int, *, never: bool) -> list[tuple[str, Any]]:
    """The choices that the policy leaves, with its own maximum where that is shorter than all of them."""
    found = [(days, words) for days, words in LIVES if int(days) <= longest_days]
    return (found or [(str(longest_days), _("As long as the policy allows"))]) + ([FOR_EVER] if never else [])


class Limits(forms.Form):
    """Until when, and from where."""

    days = forms.ChoiceField(label=_("Expires in"))
    networks = forms.CharField(
        label=_("Address ranges"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("Only calls from these count, one range a line: 203.0.113.0/24. Empty: from everywhere."),
    )  # fmt: skip

    def __init__(self, *args: Any, lives: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].choices = lives  # type: ignore[attr-defined]
        self.fields["days"].initial = "90" if "90" in dict(lives) else lives[0][0]

    def ends(self, at: datetime) -> datetime:
        days = self.cleaned_data["days"]
        return NEVER if days == FOR_EVER[0] else at + timedelta(days=int(days))

    @property
    def ranges(self) -> list[str]:
        return [one for one in self.cleaned_data["networks"].replace(",", "\n").split("\n") if one.strip()]


class Gateway(Limits):
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
        label=_("May do"), choices=list(WORDS.items()), initial=[CHAT, MODELS], widget=forms.CheckboxSelectMultiple
    )
    field_order = ("name", "assistants", "scopes", "days", "networks")

    def __init__(self, *args: Any, assistants: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assistants"].choices = assistants  # type: ignore[attr-defined]


class Management(Limits):
    """A key that calls `/api/v1`, with the rights of its owner, cut to scopes."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("The program that uses it."))
    scopes = forms.MultipleChoiceField(label=_("May do"), widget=forms.CheckboxSelectMultiple)
    field_order = ("name", "scopes", "days", "networks")

    def __init__(self, *args: Any, scopes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = scopes  # type: ignore[attr-defined]


class Client(Limits):
    """A program that gets short-lived tokens."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("The program that uses it."))
    assistants = forms.TypedMultipleChoiceField(
        coerce=UUID, label=_("May call"), widget=forms.CheckboxSelectMultiple, required=False
    )
    scopes = forms.MultipleChoiceField(
        label=_("May ask for"), initial=[CHAT, MODELS], widget=forms.CheckboxSelectMultiple,
        help_text=_("Each token names the scopes that it needs; it is for the gateway or for the panel, not for both."),
    )  # fmt: skip
    field_order = ("name", "assistants", "scopes", "days", "networks")

    def __init__(
        self, *args: Any, assistants: list[tuple[str, str]], scopes: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assistants"].choices = assistants  # type: ignore[attr-defined]
        self.fields["scopes"].choices = [*WORDS.items(), *scopes]  # type: ignore[attr-defined]


class Leak(forms.Form):
    """A text in which somebody saw a key: a log, a chat, a commit."""

    text = forms.CharField(
        label=_("The text, or the key alone"), max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("It is looked through here and kept nowhere."),
    )  # fmt: skip


class Policy(forms.Form):
    """What counts for every key."""

    longest_days = forms.CharField(
        label=_("Longest life of a secret, in days"), max_length=5, widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("For new and rotated secrets. Keys that exist keep their end."),
    )  # fmt: skip
    endless = forms.BooleanField(label=_("Allow keys without an end"), required=False, widget=Switch)


class Service(forms.Form):
    """A program that holds keys of its own."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("The program, such as nightly-export."))
    purpose = forms.CharField(label=_("What it is for"), max_length=200, required=False)


class Handover(forms.Form):
    person = forms.TypedChoiceField(coerce=UUID, label=_("Who answers for it from now on"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = people  # type: ignore[attr-defined]


class Closing(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("It stands in the journal."))


class Rotation(forms.Form):
    """How long the old secret works beside the new one."""

    hours = forms.ChoiceField(label=_("The old secret still works"), choices=OVERLAPS, initial="24")

    def until(self, at: datetime) -> datetime:
        return at + timedelta(hours=int(self.cleaned_data["hours"]))
