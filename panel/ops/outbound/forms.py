"""Forms of the way out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from panel.journal import events
from panel.outbound.mail.rules import Tls
from panel.ui.forms import SecretField, Segments

TLS = [
    (Tls.STARTTLS.value, _("STARTTLS")),
    (Tls.TLS.value, _("TLS")),
    (Tls.NONE.value, _("None")),
]


class Server(forms.Form):
    host = forms.CharField(label=_("Host"), max_length=253, help_text=_("Such as mail.example.org"))
    tls = forms.ChoiceField(
        label=_("Encryption"), choices=TLS, widget=Segments, initial=Tls.STARTTLS.value,
        help_text=_("STARTTLS mostly on port 587, TLS on 465. Without it only a host on the allow-list is used."),
    )  # fmt: skip
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=587)
    user = forms.CharField(label=_("User name"), max_length=254, required=False)
    password = SecretField(label=_("Password"), max_length=500, required=False)
    sender = forms.CharField(
        label=_("From address"), max_length=254, help_text=_("Messages come from here, under your organisation’s name.")
    )
    reply_to = forms.CharField(
        label=_("Answers to"), max_length=254, required=False,
        help_text=_("Where answers go, such as your help desk."),
    )  # fmt: skip

    def __init__(self, *args: object, stored: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if stored:
            self.fields["password"].help_text = _("A password is stored. Leave this empty to keep it.")


class Test(forms.Form):
    to = forms.CharField(label=_("Send it to"), max_length=254)


class Webhook(forms.Form):
    """Where events go and which. An address that is stored stays while the field is empty."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Such as what receives it."))
    url = SecretField(
        label=_("Address"), max_length=2000, required=False,
        help_text=_("https:// and a public host, or one on the allow-list. It may hold a token, so it is stored sealed."),
    )  # fmt: skip
    every = forms.BooleanField(label=_("Every event"), required=False, help_text=_("Those that come later too."))
    events = forms.MultipleChoiceField(
        label=_("Events"), required=False, widget=forms.SelectMultiple(attrs={"size": 12}),
        help_text=_("Each tells ids and no content; the API answers the rest."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["events"].choices = _grouped()  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[str]:
        return ["*"] if self.cleaned_data["every"] else self.cleaned_data["events"]


def _grouped() -> list[tuple[str, list[tuple[str, str]]]]:
    """Events by the slice that tells them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, event in events.registered().items():
        found.setdefault(name.partition(".")[0], []).append((name, f"{event.title} ({name})"))
    return sorted(found.items())


class Nothing(forms.Form):
    """A page that asks nothing but the button."""
