"""Forms of the journal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from panel.ui.forms import SecretInput, Switch

MOST = 2**53


def _instant() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class KeyRotation(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands in the journal."),
    )  # fmt: skip
    overlap = forms.IntegerField(
        label=_("Overlap in days"), min_value=0, max_value=90, initial=30,
        help_text=_("So long the old key signs checkpoints as well. Take 0 when it may have leaked."),
    )  # fmt: skip


class Controller(forms.Form):
    name = forms.CharField(
        label=_("Controller"), max_length=200, required=False,
        help_text=_("The legal name. Empty: the organisation's name in this panel."),
    )  # fmt: skip
    address = forms.CharField(label=_("Postal address"), max_length=300, required=False)
    contact = forms.CharField(
        label=_("Contact"), max_length=200, required=False, help_text=_("A role's address or number, not a person's.")
    )
    officer = forms.CharField(
        label=_("Data protection officer"), max_length=200, required=False,
        help_text=_("A role's address, such as privacy@example.org."),
    )  # fmt: skip


class Export(forms.Form):
    form = forms.ChoiceField(
        label=_("Form"),
        choices=[
            ("jsonl", _("JSON lines: the exact leaves")),
            ("ocsf", _("OCSF events")),
            ("csv", _("CSV, for reading")),
        ],
    )
    since = forms.DateTimeField(label=_("From"), required=False, widget=_instant(), help_text=_("UTC."))
    until = forms.DateTimeField(label=_("Until"), required=False, widget=_instant())
    area = forms.ChoiceField(label=_("Area"), required=False)
    event = forms.ChoiceField(label=_("Event"), required=False)
    person = forms.ChoiceField(
        label=_("Person"), required=False, help_text=_("What they did, and what was done to them.")
    )
    object = forms.UUIDField(label=_("Object"), required=False, help_text=_("Its id."))
    request = forms.CharField(label=_("Request"), required=False, max_length=64, help_text=_("Its id."))

    def __init__(self, *args: Any, areas: Any, events: Any, people: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, choices in (("area", areas), ("event", events), ("person", people)):
            self.fields[name].choices = [("", _("All")), *choices]  # type: ignore[attr-defined]


class Verification(forms.Form):
    first = forms.IntegerField(
        label=_("From entry"), required=False, min_value=0, max_value=MOST, help_text=_("Empty: the first one.")
    )
    last = forms.IntegerField(
        label=_("To entry"), required=False, min_value=0, max_value=MOST, help_text=_("Empty: the newest one.")
    )
    outside = forms.CharField(
        label=_("Checkpoint kept elsewhere"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_(
            "Paste one that went out by mail, web hook or file: it finds a journal that was cut or written anew."
        ),
    )


class Range(forms.Form):
    first = forms.IntegerField(
        label=_("From entry"), required=False, min_value=0, max_value=MOST, help_text=_("Empty: the first one.")
    )
    last = forms.IntegerField(
        label=_("To entry"), required=False, min_value=0, max_value=MOST,
        help_text=_("Empty: the newest one. It goes on to the next signed checkpoint."),
    )  # fmt: skip


class Sink(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            ("https", _("HTTPS: JSON lines in a POST")),
            ("syslog", _("Syslog: RFC 5424 over TLS or TCP")),
            ("s3", _("Bucket: S3 and what speaks like it")),
            ("git", _("Git: a commit in a repository at GitHub, Gitea or Forgejo")),
            ("file", _("File in the data folder")),
            ("mail", _("Mail")),
            ("tsa", _("Time-stamp authority: RFC 3161")),
            ("witness", _("Witness: another panel, or any C2SP witness")),
        ],
    )
    what = forms.ChoiceField(
        label=_("What"), choices=[("entries", _("Every entry")), ("checkpoints", _("Checkpoints, at most one an hour"))]
    )
    form = forms.ChoiceField(label=_("Form"), choices=[("ocsf", _("OCSF")), ("leaf", _("The exact leaf"))])
    target = forms.CharField(
        label=_("Where"),
        max_length=500,
        help_text=_(
            "https://logs.example.org/in, tls://logs.example.org:6514, a file's name, or an e-mail address. A bucket: "
            "https://s3.eu-central-1.amazonaws.com/bucket/prefix?region=eu-central-1. Git: "
            "https://api.github.com/repos/owner/name?branch=main, or "
            "https://git.example.org/api/v1/repos/owner/name?branch=main. A witness: "
            "https://other.example.org/witness. Certificates are trusted as by this machine (SSL_CERT_FILE)."
        ),
    )
    token = forms.CharField(
        label=_("Token"),
        required=False,
        max_length=500,
        widget=SecretInput(),
        help_text=_(
            "HTTPS: a bearer token. Bucket: access key id:secret key. Git: a token that may commit to this repository "
            "only. Witness: its verifier key."
        ),
    )
    from_now = forms.BooleanField(label=_("From now on only"), required=False, initial=True, widget=Switch())
