"""Forms of the vault. A value field is never rendered with a value, not even after an error."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.vault import rules
from panel.ui.forms import SecretField, Segments

# Key files have several lines and come in by the API.
KINDS = [
    (rules.Kind.API_KEY.value, _("API key")),
    (rules.Kind.TOKEN.value, _("Token")),
    (rules.Kind.PASSWORD.value, _("Password")),
]


class End(forms.DateTimeField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Expires"),
            required=False,
            help_text=_("Nothing can use it after this moment. UTC."),
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        )


class New(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What it opens, such as “Mistral, production”. Not the value.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, initial=rules.Kind.API_KEY.value, widget=Segments())
    value = SecretField(
        label=_("Value"),
        strip=False,
        help_text=_("Encrypted under a key of its own. Nobody can read it again, you neither: keep your own copy."),
    )
    expires_at = End()


class Rotation(forms.Form):
    """`revision` is the secret as the page showed it."""

    value = SecretField(label=_("New value"), strip=False)
    expires_at = End()
    revision = forms.IntegerField(widget=forms.HiddenInput)


class Binding(forms.Form):
    """`user` is "kind:id"."""

    user = forms.ChoiceField(label=_("Used by"))

    def __init__(self, *args: Any, users: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["user"].choices = users  # type: ignore[attr-defined]
