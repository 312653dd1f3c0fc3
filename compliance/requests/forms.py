"""Forms of requests: what people ask, and what officers do with it."""

from typing import Any
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from compliance.requests.rules import documents
from compliance.requests.rules.deadlines import DEFAULTS
from compliance.requests.rules.kinds import ENTERED, EXEMPTING, GROUND_NAMES, KIND_NAMES, SOURCE_NAMES, STAFF_NAMES
from compliance.requests.rules.wishes import LONGEST
from compliance.requests.rules.words import FIELDS
from panel.ui.forms import Switch

LAWS = [(one.name, one.title) for one in DEFAULTS.values()]


def _words(label: Any, hint: Any = "", *, required: bool = True, rows: int = 4, most: int = LONGEST) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=most, widget=forms.Textarea(attrs={"rows": rows})
    )


class DocumentField(forms.FileField):
    """The bytes of a file, b"" without one. What is too large is not read; what it is, the verb checks."""

    def __init__(self, **options: Any) -> None:
        accepted = forms.FileInput(attrs={"accept": documents.ACCEPTED})
        super().__init__(required=False, allow_empty_file=True, widget=accepted, **options)

    def clean(self, data: Any, initial: Any = None) -> bytes:
        given = super().clean(data, initial)
        return given.read(documents.MOST + 1) if given else b""


class Ask(forms.Form):
    """On a person's own pages."""

    kind = forms.ChoiceField(label=_("What do you want?"), choices=list(KIND_NAMES.items()), widget=forms.RadioSelect)
    words = _words(_("Anything we should know"), _("What to correct, what you object to, or nothing."), required=False)
    regime = forms.ChoiceField(
        label=_("Law"), choices=[("", _("I do not know"), ), *LAWS], required=False,
        help_text=_("It decides how fast we must answer."),
    )  # fmt: skip


class AskByMail(Ask):
    """Without an account and without an open session."""

    email = forms.EmailField(
        label=_("Your e-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We mail you a link to confirm it, so that nobody else can ask for you."),
    )  # fmt: skip
    agent = forms.CharField(
        label=_("Who are you?"), max_length=200, required=False, help_text=_("Your name, or that of your organisation."),
    )  # fmt: skip
    agent_contact = forms.EmailField(
        label=_("Your own address"), max_length=254, required=False,
        help_text=_("We tell you how it goes; the answer goes to them."),
    )  # fmt: skip
    mandate = _words(
        _("Why you may ask for them"), _("Such as a signed permission or a power of attorney, with its date."),
        required=False, rows=2, most=1000,
    )  # fmt: skip
    document = DocumentField(
        label=_("The signed permission"),
        help_text=_("A PDF, PNG or JPEG of at most 4 MB. Only those who work on the request can open it."),
    )
    field_order = ("kind", "email", "words", "regime", "agent", "agent_contact", "mandate", "document")

    @property
    def for_somebody(self) -> list[BoundField]:
        """The fields of an agent."""
        return [self[name] for name in ("agent", "agent_contact", "mandate", "document")]

    @property
    def own(self) -> list[BoundField]:
        return [field for field in self if field.name not in {one.name for one in self.for_somebody}]

    @property
    def speaks_for_somebody(self) -> bool:
        """Whether an agent's field has something in it, or is wrong."""
        return any(field.errors or field.value() for field in self.for_somebody)


class Text(forms.Form):
    text = _words(_("Message"))


class Entered(forms.Form):
    """A letter or a call."""

    kind = forms.ChoiceField(label=_("What is asked"), choices=list(STAFF_NAMES.items()))
    source = forms.ChoiceField(label=_("How it reached us"), choices=[(one, SOURCE_NAMES[one]) for one in ENTERED])
    received_at = forms.DateTimeField(
        label=_("Received"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"], help_text=_("UTC. The clock runs from then."),
    )  # fmt: skip
    regime = forms.ChoiceField(label=_("Law"), choices=LAWS)
    email = forms.EmailField(label=_("Address to answer to"), max_length=254, required=False)
    identifier = forms.CharField(
        label=_("Who it is"), max_length=512, required=False,
        help_text=_("An exact address, end-user id or subject id, if you know it."),
    )  # fmt: skip
    checked = _words(
        _("How you know that it is them"), _("Empty while you do not know. No more proof than is needed."),
        required=False, rows=2, most=1000,
    )  # fmt: skip
    agent = forms.CharField(label=_("Agent"), max_length=200, required=False, help_text=_("Who asks for the person."))
    agent_contact = forms.EmailField(label=_("Address of the agent"), max_length=254, required=False)
    mandate = _words(
        _("How the agent’s mandate was proved"), _("The document, its date, and who looked at it. The person can confirm, too."),
        required=False, rows=2, most=1000,
    )  # fmt: skip
    document = DocumentField(label=_("Document of the agent"), help_text=_("A PDF, PNG or JPEG of at most 4 MB."))
    words = _words(_("What was said"), required=False)


class Challenge(forms.Form):
    doubt = _words(
        _("Why their identity is in doubt"),
        _("Only in real doubt: the clock then stands until they answer, where the law allows it. Empty: it runs on."),
        required=False, rows=2, most=1000,
    )  # fmt: skip


class Identity(forms.Form):
    identifier = forms.CharField(
        label=_("Who it is"), max_length=512, help_text=_("An exact address, end-user id or subject id.")
    )
    checked = _words(_("How you checked"), _("No more proof than is needed."), rows=2, most=1000)


class Extension(forms.Form):
    reason = _words(_("Reason"), _("The person reads it. The law asks for complexity or number of requests."), rows=3)


class Denial(forms.Form):
    ground = forms.ChoiceField(label=_("Ground"), choices=list(GROUND_NAMES.items()))
    reason = _words(_("Reason"), _("The person reads it, with where they can complain."))


class Assignment(forms.Form):
    assignee = forms.ChoiceField(label=_("Who works on it"))

    def __init__(self, *args: Any, officers: list[tuple[UUID, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["assignee"].choices = [(str(key), name) for key, name in officers]  # type: ignore[attr-defined]


class Link(forms.Form):
    other = forms.ChoiceField(label=_("The older request"))

    def __init__(self, *args: Any, others: list[tuple[UUID, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["other"].choices = [(str(key), name) for key, name in others]  # type: ignore[attr-defined]


class Correction(forms.Form):
    """`now` are the fields that this person has, each with what it says."""

    field = forms.ChoiceField(label=_("Where"))
    value = _words(_("What is right"), rows=3, most=2000)
    reason = _words(_("Reason"), _("The second person reads it."), rows=2, most=500)

    def __init__(self, *args: Any, now: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(one, f"{FIELDS[one]} ({said})" if said else FIELDS[one]) for one, said in now.items()]
        self.fields["field"].choices = named  # type: ignore[attr-defined]


class Answer(forms.Form):
    words = _words(_("What we tell them"), required=False, rows=3)


class Objecting(Answer):
    """`purposes` are those that the objection can end."""

    purposes = forms.TypedMultipleChoiceField(
        label=_("Upheld for"), coerce=UUID, widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("What is ticked ends for them, and nothing else. An objection without any ground is denied instead."),
    )  # fmt: skip
    field_order = ("purposes", "words")

    def __init__(self, *args: Any, purposes: list[tuple[UUID, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["purposes"].choices = [(str(key), name) for key, name in purposes]  # type: ignore[attr-defined]
        self.initial["purposes"] = [str(key) for key, _name in purposes]


class Reason(forms.Form):
    reason = _words(_("Reason"), _("The second person reads it."), rows=2, most=500)


class Exempting(forms.Form):
    """`items` are those of one page of a store."""

    items = forms.TypedMultipleChoiceField(label=_("Items"), coerce=UUID, widget=forms.CheckboxSelectMultiple)
    ground = forms.ChoiceField(label=_("Ground"), choices=[(one.value, GROUND_NAMES[one]) for one in EXEMPTING])
    reason = _words(_("Reason"), _("Colleagues read it."), rows=2, most=500)

    def __init__(self, *args: Any, items: list[tuple[UUID, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["items"].choices = [(str(key), name) for key, name in items]  # type: ignore[attr-defined]


class Ending(forms.Form):
    reason = _words(_("Reason"), _("Why it can end without that search. Colleagues read it."), rows=2, most=500)


class Clock(forms.Form):
    answer = forms.IntegerField(label=_("Answer within"), min_value=1, max_value=400)
    extension = forms.IntegerField(label=_("Extension by"), min_value=0, max_value=400, help_text=_("0: none."))
    acknowledge = forms.IntegerField(
        label=_("Acknowledge within working days"), min_value=0, max_value=400, help_text=_("0: not asked for.")
    )
    rolls = forms.BooleanField(
        label=_("An end on a day off moves to the next working day"), required=False, widget=Switch
    )
    pauses = forms.BooleanField(
        label=_("The clock stands while identity is in real doubt"), required=False, widget=Switch
    )


class Holiday(forms.Form):
    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"})
    )  # fmt: skip
    name = forms.CharField(label=_("Name"), max_length=80)
