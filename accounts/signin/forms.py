"""Forms of signing in. What they refuse says nothing about accounts."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.access.rules import ROLE_NAMES, Role
from accounts.signin.rules import ADVISED_PASSWORD, MAX_PASSWORD, MIN_PASSWORD
from panel.ui.forms import CodeField, CodeInput, Segments


def _email(**options: Any) -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"})
    return forms.EmailField(label=_("E-mail"), max_length=254, widget=widget, **options)


def _password(label: Any, complete: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": complete})
    return forms.CharField(label=label, max_length=MAX_PASSWORD, strip=False, widget=widget, **options)


def _advice() -> str:
    """Said when it is read: filled in earlier it would be in one language for everybody."""
    counts = {"least": MIN_PASSWORD, "advised": ADVISED_PASSWORD}
    return _("At least %(least)s characters, better %(advised)s. Three or four words are easy to remember.") % counts


def _new_password(label: Any) -> forms.CharField:
    """With a hint that follows the typing; it advises, the verb decides (services.blocklist)."""
    field = _password(label, "new-password", help_text=lazy(_advice, str)())
    field.widget.attrs |= {
        "data-least": MIN_PASSWORD,
        "data-advised": ADVISED_PASSWORD,
        "data-short": _("Still too short."),
        "data-enough": _("Long enough. Longer is better."),
        "data-good": _("A good length."),
    }
    return field


class SignIn(forms.Form):
    email = _email()
    email.widget.attrs["autofocus"] = ""
    password = _password(_("Password"), "current-password")


class Forgotten(forms.Form):
    email = _email()


class Code(forms.Form):
    code = CodeField(label=_("Code"))


class SecondFactor(Code):
    """The page is about nothing else, so the code has the focus."""

    code = CodeField(label=_("Code"), widget=CodeInput(attrs={"autofocus": ""}))


class RecoveryCode(forms.Form):
    code = forms.CharField(
        label=_("Recovery code"),
        max_length=64,
        help_text=_("One of the ten codes that you stored. Each works once."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )


class AnyCode(forms.Form):
    """For a fresh proof: the app's code, or a recovery code."""

    code = forms.CharField(
        label=_("Code from your authenticator app, or a recovery code"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autofocus": ""}),
    )


class Answer(forms.Form):
    """What a passkey said, as the script of the page wrote it down."""

    answer = forms.CharField(
        widget=forms.HiddenInput, error_messages={"required": _("Nothing came from a passkey. It needs JavaScript.")}
    )


class NewPasskey(Answer):
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("So that you know it again, such as “Work laptop” or “Key on the key ring”."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": ""}),
    )


class FactorName(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))


_ENOUGH = [("any", _("Any second factor")), ("passkey", _("Passkeys and security keys only"))]


class FactorPolicy(forms.Form):
    """Two fields a role: what is enough, and from which day. `missing`: how many people of a role have no passkey."""

    def __init__(self, *args: Any, missing: Mapping[Role, int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role in Role:
            title = _("Everybody") if role is Role.MEMBER else ROLE_NAMES[role]
            count = (missing or {}).get(role, 0)
            note = ngettext("%(n)s person has no passkey yet.", "%(n)s people have no passkey yet.", count)
            self.fields[role.value] = forms.ChoiceField(
                label=title,
                choices=_ENOUGH,
                widget=Segments(),
                help_text=note % {"n": count} if missing else "",
            )
            self.fields[f"{role.value}_from"] = forms.DateField(
                label=_("From"),
                required=False,
                help_text=_("Empty: in two weeks."),
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )

    def rules(self) -> list[tuple[BoundField, BoundField]]:
        """The two fields of each role."""
        return [(self[role.value], self[f"{role.value}_from"]) for role in Role]


class NewPassword(forms.Form):
    password = _new_password(_("New password"))


class Administrator(forms.Form):
    organisation = forms.CharField(
        label=_("Organisation"), max_length=120, widget=forms.TextInput(attrs={"autofocus": ""})
    )
    full_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = _email()
    password = _new_password(_("Password"))


def _zones() -> list[tuple[str, str]]:
    """Places with a clock of their own, by region; UTC first."""
    places = sorted(
        one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "SystemV/", "US/"))
    )
    return [("UTC", "UTC"), *((one, one.replace("_", " ")) for one in places)]


class Profile(forms.Form):
    full_name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=_zones, help_text=_("Every time on the pages is shown in it.")
    )
    theme = forms.ChoiceField(
        label=_("Colours"),
        choices=[("system", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=Segments,
    )
    density = forms.ChoiceField(
        label=_("Tables"), choices=[("comfortable", _("Comfortable")), ("compact", _("Compact"))], widget=Segments
    )


class Stored(forms.Form):
    stored = forms.BooleanField(label=_("I stored these codes somewhere safe"))


class Reset(forms.Form):
    reason = forms.CharField(
        label=_("What happened, and how you know that it is them"), max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Another administrator reads this and decides."),
    )  # fmt: skip


def field_of(name: str) -> str:
    """The form's field of a setting of sessions."""
    return name.removeprefix("sessions.")


class Limits(forms.Form):
    """`fixed` names the settings that the environment holds: shown, and not changed here."""

    privileged_idle_minutes = forms.IntegerField(
        label=_("Privileged roles: minutes without use"),
        help_text=_("Administrators, operators, privacy officers and auditors. 1 to 120."),
    )
    privileged_hours = forms.IntegerField(label=_("Privileged roles: hours in all"), help_text=_("1 to 24."))
    idle_minutes = forms.IntegerField(label=_("Everybody else: minutes without use"), help_text=_("1 to 1440."))
    hours = forms.IntegerField(label=_("Everybody else: hours in all"), help_text=_("1 to 336."))

    def __init__(self, *args: Any, fixed: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in fixed:
            field = self.fields[field_of(name)]
            field.disabled, field.help_text = True, _("The environment holds this setting.")

    def values(self) -> dict[str, str]:
        """What may be changed, by the names of the settings."""
        open_ones = [name for name, field in self.fields.items() if not field.disabled]
        return {f"sessions.{name}": str(self.cleaned_data[name]) for name in open_ones}
