"""Forms of providers."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.providers.models import Provider
from assistants.providers.services import Given
from panel.ui.forms import Cards, SecretField


class Details(forms.Form):
    """New and edit. `revision` is the provider as the page showed it, 0 for a new one."""

    name = forms.CharField(label=_("Name"), max_length=80)
    base_url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_(
            "The base of an OpenAI-compatible API, such as https://api.mistral.ai/v1. It is called once before it is saved."
        ),
        widget=forms.URLInput(attrs={"spellcheck": "false"}),
    )
    secret = forms.ChoiceField(
        label=_("Key"), required=False, help_text=_("A secret from the vault. It is bound to this provider.")
    )
    default_model = forms.CharField(
        label=_("Default model"),
        max_length=120,
        required=False,
        help_text=_("New assistants start with it. The test asks it for one word."),
    )
    legal_entity = forms.CharField(
        label=_("Legal entity"), max_length=200, required=False, help_text=_("The company in the contract.")
    )
    country = forms.CharField(
        label=_("Country"),
        max_length=2,
        required=False,
        help_text=_("Where data is processed. Two letters, such as DE."),
    )
    contact = forms.CharField(
        label=_("Contact"),
        max_length=200,
        required=False,
        help_text=_("Whom to ask about data protection. Stored encrypted."),
    )
    retention_note = forms.CharField(
        label=_("Data retention"),
        max_length=500,
        required=False,
        help_text=_("What the provider keeps, and for how long."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def __init__(self, *args: Any, secrets: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["secret"].choices = [("", _("None: this provider needs no key")), *secrets]  # type: ignore[attr-defined]

    def given(self) -> Given:
        values = {name: value for name, value in self.cleaned_data.items() if name != "revision"}
        secret = values.pop("secret")
        return Given(**values, secret=UUID(secret) if secret else None)


class Host(forms.Form):
    host = forms.CharField(
        label=_("Host and port"), max_length=260, help_text=_("Exactly, such as llm.internal:8443 or 10.0.0.5:11434.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


def initial_of(provider: Provider) -> dict[str, Any]:
    names = ("name", "base_url", "default_model", "legal_entity", "country", "contact", "retention_note", "revision")
    return {name: getattr(provider, name) for name in names} | {"secret": str(provider.secret_id or "")}


class First(forms.Form):
    """Where the first answers come from: the demo, or one's own with as little as it takes."""

    provider = forms.ChoiceField(
        label=_("Provider"),
        choices=[("demo", _("Demo provider")), ("openai", _("OpenAI-compatible"))],
        initial="demo",
        widget=Cards(
            details={
                "demo": (_("Answers from this machine, with attacks built in. Nothing leaves it."), _("no key needed")),
                "openai": (_("Any service or server that speaks the chat completions API."), _("address and key")),
            }
        ),
    )
    name = forms.CharField(label=_("Name"), max_length=80, required=False)
    base_url = forms.CharField(
        label=_("Address"),
        max_length=500,
        required=False,
        help_text=_("Such as https://api.mistral.ai/v1. It is called once before it is saved."),
        widget=forms.URLInput(attrs={"spellcheck": "false"}),
    )
    secret = SecretField(label=_("Key"), required=False, help_text=_("Goes into the vault; nobody reads it again."))
    default_model = forms.CharField(label=_("Model"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("provider") == "openai":
            for name in ("name", "base_url", "default_model"):
                if not given.get(name):
                    self.add_error(name, _("Give this too."))
        return given

    def given(self) -> Given:
        return Given(**{name: self.cleaned_data[name] for name in ("name", "base_url", "default_model")})
