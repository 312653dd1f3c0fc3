"""Forms of the way out."""

from django import forms
from django.utils.translation import gettext_lazy as _

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
