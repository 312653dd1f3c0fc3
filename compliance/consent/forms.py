"""Forms of purposes and of consents from documents."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from compliance.consent.rules.purposes import (
    AGES,
    BASIS_NAMES,
    EXPLANATION_LIMIT,
    LABEL_LIMIT,
    LONGEST_DAYS,
    USE_NAMES,
    Words,
)
from compliance.consent.rules.states import Act
from compliance.policies.rules.kinds import LANGUAGES
from panel.ui.forms import Segments


def _gate(age: int) -> str:
    return _("From %(n)s") % {"n": age} if age else str(_("No gate"))


class Rules(forms.Form):
    """How long a consent lasts and from which age; what both kinds of forms share."""

    age = forms.TypedChoiceField(
        label=_("Age"),
        choices=[(age, lazy(_gate, str)(age)) for age in AGES],
        coerce=int,
        initial=0,
        help_text=_("Younger people cannot consent. Law: GDPR Art. 8 (13 to 16, by country), COPPA (13)."),
    )
    expires_days = forms.IntegerField(
        label=_("Days that a consent lasts"),
        required=False,
        min_value=1,
        max_value=LONGEST_DAYS,
        help_text=_("Empty: until it is withdrawn or the words change."),
    )
    notice = forms.ChoiceField(
        label=_("Privacy notice"),
        required=False,
        help_text=_("Shown with it; a material version makes consents stale."),
    )

    def __init__(self, *args: Any, notices: list[tuple[UUID, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["notice"].choices = [("", _("None")), *((str(key), name) for key, name in notices)]  # type: ignore[attr-defined]


class WordsMixin(forms.Form):
    """The words by language: `label_en`, `explanation_en`, ..."""

    languages: list[str]

    def add_words(self, languages: list[str]) -> None:
        self.languages = languages
        for one in languages:
            name = LANGUAGES[one]
            self.fields[f"label_{one}"] = forms.CharField(
                label=_("Beside the switch, %(language)s") % {"language": name},
                max_length=LABEL_LIMIT,
                required=one == languages[0],
                widget=forms.TextInput(attrs={"lang": one}),
            )
            self.fields[f"explanation_{one}"] = forms.CharField(
                label=_("Below it, %(language)s") % {"language": name},
                max_length=EXPLANATION_LIMIT,
                required=one == languages[0],
                widget=forms.Textarea(attrs={"rows": 4, "lang": one}),
                help_text=_("What happens with a yes, and that nothing is lost with a no."),
            )

    @property
    def texts(self) -> dict[str, Words]:
        given = self.cleaned_data
        return {one: Words(given[f"label_{one}"], given[f"explanation_{one}"]) for one in self.languages}


class New(WordsMixin, Rules):
    slug = forms.SlugField(label=_("Name"), max_length=63, help_text=_("For programs, such as “improve-answers”."))
    basis = forms.ChoiceField(
        label=_("Legal basis"),
        choices=list(BASIS_NAMES.items()),
        help_text=_("Only consent is asked for and enforced; the others are told. It cannot be changed later."),
    )
    use = forms.ChoiceField(label=_("Use"), choices=list(USE_NAMES.items()))

    def __init__(self, *args: Any, languages: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.add_words(languages)
        self.order_fields(
            ["slug", "basis", "use", *(name for name in self.fields if "_" in name and name != "expires_days")]
        )


class Rewrite(WordsMixin):
    revision = forms.IntegerField(widget=forms.HiddenInput)
    material = forms.TypedChoiceField(
        label=_("Change"),
        choices=[("yes", _("Material")), ("no", _("Editorial"))],
        coerce=lambda value: value == "yes",
        widget=Segments(),
        help_text=_("Material: consents under the old words stop counting at once, until given again."),
    )

    def __init__(self, *args: Any, languages: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.add_words(languages)


class Settings(Rules):
    revision = forms.IntegerField(widget=forms.HiddenInput)


class Document(forms.Form):
    """What a person chose on paper. `subject` is their pseudonym."""

    subject = forms.UUIDField(label=_("Subject"), help_text=_("The pseudonym, from the list of subjects."))
    act = forms.ChoiceField(
        label=_("Chose"), choices=[(Act.GIVE.value, _("Yes")), (Act.WITHDRAW.value, _("No"))], widget=Segments()
    )
    language = forms.ChoiceField(label=_("Language of the document"))
    source = forms.CharField(
        label=_("Document"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What it is, from when, and where it is kept. Staff never give a consent for somebody."),
    )

    def __init__(self, *args: Any, languages: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["language"].choices = [(one, LANGUAGES[one]) for one in languages]  # type: ignore[attr-defined]
