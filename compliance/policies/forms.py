"""Forms of policies."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.policies.rules import content
from compliance.policies.rules.content import Text
from compliance.policies.rules.kinds import KIND_NAMES, LANGUAGES
from panel.ui.forms import Segments, Switch


class Own(forms.Form):
    """The policy's own fields."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As lists show it."))
    acceptance = forms.BooleanField(
        label=_("Staff accept it"),
        required=False,
        widget=Switch(),
        help_text=_("Each material version. Who has not after the time below cannot do what needs a fresh factor."),
    )
    grace_days = forms.IntegerField(
        label=_("Days to accept"), min_value=0, max_value=content.GRACE_LIMIT, initial=14, help_text=_("From 0 to 180.")
    )


class New(Own):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=list(KIND_NAMES.items()),
        help_text=_("A privacy notice and terms are public; the others bind staff."),
    )
    slug = forms.SlugField(
        label=_("Address"), max_length=63, help_text=_("Part of the public address, such as “privacy-notice”.")
    )
    starter = forms.BooleanField(
        label=_("Begin with a starter text"),
        required=False,
        initial=True,
        help_text=_("Its open places are marked [[ ]]; nothing is published before they are filled in."),
    )
    field_order = ("kind", "name", "slug", "starter", "acceptance", "grace_days")


class Settings(Own):
    revision = forms.IntegerField(widget=forms.HiddenInput)


class Draft(forms.Form):
    """The next version in the languages that it has, and one more to add. `revision` as shown."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, languages: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.languages = languages
        for one in languages:
            name = LANGUAGES[one]
            self.fields[f"title_{one}"] = forms.CharField(
                label=_("Title, %(language)s") % {"language": name}, max_length=content.TITLE_LIMIT, required=False
            )
            self.fields[f"body_{one}"] = forms.CharField(
                label=_("Text, %(language)s") % {"language": name},
                max_length=content.BODY_LIMIT,
                required=False,
                widget=forms.Textarea(attrs={"rows": 18, "lang": one}),
                help_text=_("Markdown: headings, lists, links. No images and no HTML."),
            )
        self._add_rules()

    def _add_rules(self) -> None:
        self.fields["material"] = forms.TypedChoiceField(
            label=_("Change"),
            choices=[("yes", _("Material")), ("no", _("Editorial"))],
            coerce=lambda value: value == "yes",
            widget=Segments(),
            help_text=_(
                "A material change asks staff to accept anew and makes consents given under older words stale."
            ),
        )
        self.fields["summary"] = forms.CharField(
            label=_("What changed"),
            required=False,
            max_length=content.SUMMARY_LIMIT,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("For readers, beside the version."),
        )
        self.fields["effective_at"] = forms.DateTimeField(
            label=_("Takes effect"),
            required=False,
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            help_text=_("Empty: as soon as it is published. UTC."),
        )

    @staticmethod
    def initial_of(texts: dict[str, dict[str, str]], *, material: bool, summary: str, at: datetime | None) -> Any:
        found: dict[str, Any] = {"material": "yes" if material else "no", "summary": summary, "effective_at": at}
        for one, text in texts.items():
            found |= {f"title_{one}": text["title"], f"body_{one}": text["body"]}
        return found

    @property
    def texts(self) -> dict[str, Text]:
        given = self.cleaned_data
        return {one: Text(given[f"title_{one}"], given[f"body_{one}"]) for one in self.languages}


class Publication(forms.Form):
    reason = forms.CharField(
        label=_("For whoever approves"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why it changes, what to look at. A second person publishes exactly this draft."),
    )


class Archive(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class Acceptance(forms.Form):
    """`version` and `language` as they were read."""

    version = forms.UUIDField(widget=forms.HiddenInput)
    language = forms.CharField(widget=forms.HiddenInput, max_length=6)
