"""Forms of the chat: for those who set it up, and for people who talk."""

from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from assistants.chat.rules import words
from assistants.chat.rules.chats import (
    COLOURS,
    FILE_ENDINGS,
    FILE_MOST,
    INVITATION_DAYS,
    MESSAGE_MOST,
    NAME_MOST,
    REPLY_MOST,
    TEXT_MOST,
    WORDS_MOST,
)
from panel.ui.forms import Switch


class Setting(forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput)
    active = forms.BooleanField(label=_("The chat is open"), required=False, widget=Switch())
    members = forms.BooleanField(
        label=_("People who sign in here"), required=False, help_text=_("Guests only where the assistant is shared.")
    )
    invited = forms.BooleanField(label=_("People with an invitation link"), required=False)
    anyone = forms.BooleanField(
        label=_("Everybody, without a name"), required=False, help_text=_("Whoever knows the address, and the widget.")
    )
    name = forms.CharField(
        label=_("Name in the chat"), max_length=NAME_MOST, required=False, help_text=_("Empty: the assistant's name.")
    )
    colour = forms.ChoiceField(label=_("Colour"), choices=list(COLOURS.items()))
    greeting = forms.CharField(
        label=_("Greeting"), max_length=TEXT_MOST, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    contact = forms.CharField(
        label=_("How to reach a person"),
        max_length=TEXT_MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands above the message form: when somebody reads it, a telephone number."),
    )
    texts = forms.BooleanField(
        label=_("Text files may be added to a message"),
        required=False,
        help_text=_("Their text goes through the same guards as what is typed. The file itself is not kept."),
    )
    sites = forms.CharField(
        label=_("Sites that may embed it"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "placeholder": "https://shop.example.org"}),
        help_text=_("One address a line. No other page can show the chat in a frame."),
    )

    def clean_sites(self) -> list[str]:
        lines = [line.strip().rstrip("/").lower() for line in self.cleaned_data["sites"].splitlines()]
        return list(dict.fromkeys(line for line in lines if line))


def _days(days: int) -> str:
    return _("%(n)s days") % {"n": days} if days > 1 else str(_("1 day"))


class Invite(forms.Form):
    label = forms.CharField(
        label=_("Who it is for"), max_length=80, help_text=_("Only people who set up the chat see it.")
    )
    days = forms.TypedChoiceField(
        label=_("Works for"),
        choices=[(days, lazy(_days, str)(days)) for days in INVITATION_DAYS],
        coerce=int,
        initial=7,
    )
    most = forms.IntegerField(
        label=_("Browsers at most"),
        required=False,
        min_value=1,
        max_value=10_000,
        help_text=_("Empty: as many as come."),
    )


class Contact(forms.Form):
    words = forms.CharField(label=_("Your message"), max_length=WORDS_MOST, widget=forms.Textarea(attrs={"rows": 5}))
    reply_to = forms.CharField(
        label=_("Where to answer you"),
        max_length=REPLY_MOST,
        required=False,
        help_text=_("An e-mail address or a telephone number. Without it nobody can answer."),
    )


class Feedback(forms.Form):
    rating = forms.TypedChoiceField(
        label=_("How was it?"), choices=[(1, _("Good")), (-1, _("Not good"))], coerce=int, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=WORDS_MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("People who run this assistant read it."),
    )


class Message(forms.Form):
    """A message without scripts. `turns` is what was said before, as the page carries it."""

    text = forms.CharField(label=_("Your message"), max_length=MESSAGE_MOST, required=False, strip=False)
    turns = forms.JSONField(required=False, widget=forms.HiddenInput)
    chat = forms.UUIDField(required=False, widget=forms.HiddenInput)
    file = forms.FileField(label=_("Text file"), required=False, max_length=200)

    def clean_file(self) -> str:
        """The file's text under its name, "" without one."""
        given = self.cleaned_data.get("file")
        if not given:
            return ""
        if given.size > FILE_MOST or not str(given.name).lower().endswith(FILE_ENDINGS):
            raise forms.ValidationError(str(words.FILE_WRONG))
        try:
            text = given.read().decode("utf-8")
        except UnicodeDecodeError:
            raise forms.ValidationError(str(words.FILE_NOT_TEXT)) from None
        return f"{given.name}:\n{text}"

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not (given.get("text") or "").strip() and not given.get("file") and not self.errors:
            self.add_error("text", _("Write something first."))
        return given
