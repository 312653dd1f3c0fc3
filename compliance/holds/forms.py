"""Forms of legal holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.holds.rules.scope import KIND_NAMES, REASON_LIMIT, TITLE_LIMIT, Kind, Line


class Scope(forms.Form):
    """One line of a scope; more are added by widening."""

    kind = forms.ChoiceField(label=_("What must be kept"), choices=list(KIND_NAMES.items()))
    assistant = forms.ChoiceField(label=_("Assistant"), required=False, help_text=_("For an assistant."))
    value = forms.UUIDField(
        label=_("Id"),
        required=False,
        help_text=_("For a person the pseudonym, for a conversation or file its id, as their pages show it."),
    )
    from_day = forms.DateField(
        label=_("First day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("UTC, included. Empty: from the beginning."),
    )
    to_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("UTC, included. Empty: without an end."),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For those who look at it later, such as the letter of a court."),
    )

    def __init__(self, *args: Any, assistants: list[tuple[Any, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["assistant"].choices = [("", _("None")), *((str(one), name) for one, name in assistants)]  # type: ignore[attr-defined]

    @property
    def line(self) -> Line:
        given, kind = self.cleaned_data, Kind(self.cleaned_data["kind"])
        value = given["value"]
        if kind is Kind.ASSISTANT and given["assistant"]:
            value = self.fields["value"].to_python(given["assistant"])
        if kind in {Kind.PERIOD, Kind.ORGANISATION}:
            value = None
        return Line(kind, value, given["from_day"], given["to_day"])


class New(Scope):
    reference = forms.CharField(
        label=_("Reference"), max_length=40, help_text=_("Your own short name, such as M-2026-014.")
    )
    title = forms.CharField(
        label=_("Matter"), max_length=TITLE_LIMIT, help_text=_("Stored sealed: it may name people.")
    )
    field_order = ("reference", "title", "kind", "assistant", "value", "from_day", "to_day", "reason")


class Reason(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=REASON_LIMIT, widget=forms.Textarea(attrs={"rows": 3}))
