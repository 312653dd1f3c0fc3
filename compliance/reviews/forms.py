"""Forms of access reviews."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.reviews.rules import populations
from compliance.reviews.rules.recurring import EVERY_WORDS
from compliance.reviews.rules.scope import REVIEWER_WORDS, Reviewers
from compliance.reviews.rules.states import ACT_WORDS, CHOICES, DEFAULT_WORDS, MAX_WORDS, Act, Default

Choices = list[tuple[str, Any]]


class Plan(forms.Form):
    """What is reviewed, by whom, and what happens at the end."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Such as “Access review, Q4 2026”."))
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of rights"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: all of them."),
    )
    place = forms.ChoiceField(label=_("Only on"), required=False, help_text=_("One assistant, secret or team."))
    team = forms.ChoiceField(
        label=_("Only of a team"), required=False, help_text=_("What it has and what its members have.")
    )
    role = forms.ChoiceField(label=_("Only this role"), required=False)
    reviewers = forms.ChoiceField(label=_("Who reviews"), choices=list(REVIEWER_WORDS.items()), initial=Reviewers.NAMED)
    reviewer = forms.ChoiceField(
        label=_("Reviewer"), help_text=_("Nobody reviews themselves. What is about you goes to another administrator.")
    )
    second = forms.ChoiceField(label=_("For the reviewer's own rights"), required=False)
    default = forms.ChoiceField(
        label=_("What is open at the end"),
        choices=list(DEFAULT_WORDS.items()),
        initial=Default.REVOKE,
        help_text=_("A last owner and a last administrator always stay."),
    )

    def __init__(
        self, *args: Any, people: Choices, teams: Choices, places: Any, roles: Choices, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        kinds = [(name, one.title) for name, one in populations.registered().items()]
        for field, choices in (
            ("kinds", kinds),
            ("place", [("", _("Everything")), *places]),
            ("team", [("", _("Everybody")), *teams]),
            ("role", [("", _("Every role")), *roles]),
            ("reviewer", people),
            ("second", [("", _("An administrator whom the panel picks")), *people]),
        ):
            self.fields[field].choices = choices  # type: ignore[attr-defined]


class New(Plan):
    due_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("It closes at the end of that day, UTC."),
    )


class Rule(Plan):
    every = forms.TypedChoiceField(label=_("How often"), choices=list(EVERY_WORDS.items()), coerce=int, initial=3)
    first_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    days_open = forms.IntegerField(label=_("Days to decide"), min_value=1, max_value=180, initial=14)


class Decision(forms.Form):
    """`act` comes from the button that was pressed; `smaller` are what `reduce` can leave."""

    reason = forms.CharField(
        label=_("Reason"), max_length=MAX_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    right = forms.ChoiceField(label=_("Reduce to"), required=False)
    act = forms.ChoiceField(choices=[(one.value, ACT_WORDS[one]) for one in CHOICES], widget=forms.HiddenInput)

    def __init__(self, *args: Any, smaller: Choices, ask: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        if ask:
            self.fields["reason"].help_text = ask
        if smaller:
            self.fields["right"].choices = [("", "–"), *smaller]  # type: ignore[attr-defined]
        else:
            del self.fields["right"]

    @property
    def word(self) -> tuple[Act, str, str]:
        given = self.cleaned_data
        return Act(given["act"]), given["reason"], given.get("right", "")


class HandOn(forms.Form):
    to = forms.ChoiceField(
        label=_("To whom"), required=False, help_text=_("Whatever is about this person stays with you.")
    )

    def __init__(self, *args: Any, people: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].choices = [("", _("An administrator whom the panel picks")), *people]  # type: ignore[attr-defined]


class Reason(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=MAX_WORDS, widget=forms.Textarea(attrs={"rows": 3}))
