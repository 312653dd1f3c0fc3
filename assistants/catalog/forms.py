"""Forms of the catalogue."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.access.rules import ObjectRole
from assistants.catalog.queries import parts
from assistants.catalog.rules import content
from assistants.catalog.rules.purposes import KEEPS, ROUTES
from panel.ui.forms import Segments

ROLES = [
    (ObjectRole.VIEWER.codename, _("Viewer: sees it and its traces")),
    (ObjectRole.OPERATOR.codename, _("Operator: may stop and resume it")),
    (ObjectRole.EDITOR.codename, _("Editor: may change and publish it")),
    (ObjectRole.OWNER.codename, _("Owner: may share and archive it")),
]


class Description(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(
        label=_("What it is for"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    team_id = forms.TypedChoiceField(
        label=_("Team"),
        coerce=UUID,
        empty_value=None,
        required=False,
        help_text=_("Whose work it is. Rights are given on its Access page."),
    )

    def __init__(self, *args: Any, teams: list[tuple[UUID, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["team_id"].choices = [("", _("No team")), *teams]  # type: ignore[attr-defined]


class New(Description):
    slug = forms.SlugField(
        label=_("Model name"),
        max_length=63,
        help_text=_("What clients send as “model”, such as support-desk. It cannot be changed later."),
    )
    field_order = ("name", "slug", "description", "team_id")


class Draft(forms.Form):
    """`revision` is the draft as the page showed it."""

    system_prompt = forms.CharField(
        label=_("System prompt"),
        max_length=content.PROMPT_LIMIT,
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true"}),
        help_text=_("Sent before every conversation. Do not put secrets here."),
    )
    provider = forms.TypedChoiceField(label=_("Provider"), coerce=UUID, empty_value=None, required=False)
    model = forms.CharField(
        label=_("Model"), max_length=content.MODEL_LIMIT, required=False, help_text=_("The provider's name for it.")
    )
    policy = forms.TypedChoiceField(label=_("Guard policy"), coerce=UUID, empty_value=None, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        providers: list[tuple[UUID, str]],
        policies: list[tuple[UUID, str]],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        for name, choices in (("provider", providers), ("policy", policies)):
            self.fields[name].choices = [("", _("Choose …")), *choices]  # type: ignore[attr-defined]
        for parameter in content.PARAMETERS.values():
            self.fields[parameter.name] = forms.FloatField(
                label=parts.LABELS[parameter.name],
                required=False,
                min_value=parameter.low,
                max_value=parameter.high,
                widget=forms.NumberInput(attrs={"step": "any" if parameter.kind is float else "1"}),
            )

    def parameters(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in content.PARAMETERS}

    def parameter_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in content.PARAMETERS]


class Message(forms.Form):
    """Why a version goes live. `revision` is the draft that the page compared, empty for a roll-back."""

    message = forms.CharField(
        label=_("What changed and why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everyone with access to this assistant reads this."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class Reason(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class Bind(forms.Form):
    """Which calls serve which purpose."""

    purpose_id = forms.TypedChoiceField(label=_("Purpose"), coerce=UUID)
    route = forms.ChoiceField(label=_("Calls by"), choices=list(ROUTES.items()), required=False)
    api_key_id = forms.TypedChoiceField(label=_("Calls of"), coerce=UUID, empty_value=None, required=False)
    required = forms.TypedChoiceField(
        label=_("Without a yes"),
        choices=[("yes", _("Refuse the call")), ("no", _("Let it pass"))],
        coerce=lambda value: value == "yes",
        widget=Segments(),
        help_text=_(
            "Only for purposes that people are asked about. The others are told, and refuse when they are retired."
        ),
    )

    def __init__(
        self, *args: Any, purposes: list[tuple[str, str]], keys: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["purpose_id"].choices = [("", _("Choose …")), *purposes]  # type: ignore[attr-defined]
        self.fields["api_key_id"].choices = [("", _("Every key")), *keys]  # type: ignore[attr-defined]


class Storage(forms.Form):
    """How much of calls is kept; `number` is what the page showed."""

    keep = forms.ChoiceField(label=_("Kept of each call"), choices=list(KEEPS.items()))
    purpose_id = forms.TypedChoiceField(
        label=_("Words are kept for"),
        coerce=UUID,
        empty_value=None,
        required=False,
        help_text=_("With a purpose that people are asked about, words are kept of those who agreed only."),
    )
    told = forms.BooleanField(
        label=_("People see when somebody read what they said"), required=False, help_text=_("On their privacy pages.")
    )
    number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, purposes: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["purpose_id"].choices = [("", _("No purpose named")), *purposes]  # type: ignore[attr-defined]


class Case(forms.Form):
    """A pinned test: what a person may write and what the guards must do with it."""

    title = forms.CharField(label=_("Name"), max_length=120, help_text=_("What it proves, in a few words."))
    messages = forms.CharField(
        label=_("What a person writes"), max_length=50_000, strip=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    answer = forms.CharField(
        label=_("What the model answers"),
        max_length=50_000,
        strip=False,
        required=False,
        help_text=_("With it the test is about this answer: what must become of it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expected = forms.ChoiceField(
        label=_("What must happen"),
        choices=[
            ("block", _("Blocked: it goes no further")),
            ("redact", _("Redacted: something is masked, the rest goes on")),
            ("allow", _("Allowed: it goes on unchanged")),
        ],
    )


AS_POLICY = "policy"


class Guards(forms.Form):
    """For each stage: as the policy says, or stricter. Only stricter modes are offered."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, stages: list[parts.StageChoice], **options: Any) -> None:
        super().__init__(*args, **options)
        self.stages = stages
        for stage in stages:
            choices = [(AS_POLICY, _("As the policy says: %(mode)s") % {"mode": stage.mode_name}), *stage.stricter]
            self.fields[stage.key] = forms.ChoiceField(label=stage.name, choices=choices, help_text=stage.explains)

    def guards(self) -> dict[str, dict[str, Any]]:
        given = self.cleaned_data
        return {stage.key: {"mode": given[stage.key]} for stage in self.stages if given[stage.key] != AS_POLICY}
