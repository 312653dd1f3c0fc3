"""Forms of guard policies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.guard.rules.presets import LIMITS, REDACTABLE
from assistants.guard.rules.words import EXPLAINED, LIMIT_NAMES, MODE_NAMES, STAGE_EXPLAINS, STAGE_NAMES


class New(forms.Form):
    """A policy of one's own begins as a copy."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Whom or what it is for."))
    source = forms.ChoiceField(label=_("Begin as a copy of"))

    def __init__(self, *args: Any, sources: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["source"].choices = sources  # type: ignore[attr-defined]


class Stages(forms.Form):
    """Every stage with its mode, the threshold of the injection score, the limits of size. `revision` as shown."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for stage in EXPLAINED:
            modes = [(key, name) for key, name in MODE_NAMES.items() if key != "redact" or stage in REDACTABLE]
            self.fields[stage] = forms.ChoiceField(
                label=STAGE_NAMES[stage], choices=modes, help_text=STAGE_EXPLAINS[stage]
            )
            if stage == "injection":
                self.fields["injection_threshold"] = forms.FloatField(
                    label=_("Limit of the injection score"),
                    min_value=0.05,
                    max_value=1,
                    help_text=_("From 0.05 to 1. A lower limit stops more, harmless messages too."),
                    widget=forms.NumberInput(attrs={"step": "0.05"}),
                )
        for name, label in LIMIT_NAMES.items():
            self.fields[f"limit_{name}"] = forms.IntegerField(label=label, min_value=1, max_value=LIMITS[name])

    @staticmethod
    def initial_of(document: dict[str, Any], revision: int) -> dict[str, Any]:
        stages, limits = document.get("stages", {}), {**LIMITS, **document.get("limits", {})}
        return {
            "revision": revision,
            "injection_threshold": stages.get("injection", {}).get("threshold", 0.8),
            **{stage: stages.get(stage, {}).get("mode", "off") for stage in EXPLAINED},
            **{f"limit_{name}": value for name, value in limits.items()},
        }

    def document(self, before: dict[str, Any]) -> dict[str, Any]:
        """The new document; what the form does not show (rules, words) stays as it was."""
        given = self.cleaned_data
        stages = {stage: {**before.get("stages", {}).get(stage, {}), "mode": given[stage]} for stage in EXPLAINED}
        stages["injection"]["threshold"] = given["injection_threshold"]
        return {"stages": stages, "limits": {name: given[f"limit_{name}"] for name in LIMIT_NAMES}}


class Trial(forms.Form):
    """A dry run. The text is neither stored nor sent anywhere."""

    text = forms.CharField(
        label=_("Text to try"),
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("As a person would send it. It is not stored and goes to no provider."),
    )
