"""What is said to people in a chat, in plain words: by the code of what happened. Pure."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

STOPPED = (_("I cannot help with this."), _("This message was stopped by a safety rule and not answered."))
BUSY = (_("No answer this time."), _("Something is very busy or away. Try again in a moment, or write to a person."))
CHOICES = (
    _("This needs your yes."),
    _("You have not agreed to what the assistant needs, or took it back. Nothing was sent to the AI."),
)
TOLD: dict[str, tuple[Text, Text]] = {
    "content_blocked": STOPPED,
    "answer_blocked": (STOPPED[0], _("The answer was stopped by a safety rule.")),
    "request_too_large": (_("This is too long."), _("Send less at once. Nothing was sent to the AI.")),
    "chat_paused": (
        _("The assistant is paused."),
        _("The people who run it stopped it for now. Try again later, or write to a person."),
    ),
    "assistant_unavailable": BUSY,
    "processing_restricted": (
        _("Your data is not processed now."),
        _("You asked for that, so nothing was sent to the AI. You can write to a person."),
    ),
    "processing_objected": (
        _("You objected to this use of your data."),
        _("The assistant cannot answer without it, so nothing was sent to the AI. You can write to a person."),
    ),
    "chat_not_agreed": CHOICES,
    "chat_not_told": (_("Start the chat again."), _("This page was open for long. Read who answers here, then go on.")),
    "too_many": (_("That was a lot at once."), _("Wait a little, then go on.")),
    "cut": (_("The answer broke off."), _("What is there may not be complete. Try again.")),
    "stopped": (_("Stopped by you."), _("What is there may not be complete.")),
    "offline": (_("No connection."), _("What you typed is still here. Try again.")),
    "unreachable": (
        _("This needs JavaScript here."),
        _("Without it this page cannot reach the assistant. You can write to a person."),
    ),
    "busy": BUSY,
}
SAME = {
    "assistant_paused": "chat_paused",
    "gateway_stopped": "chat_paused",
    "consent_unknown": "chat_not_agreed",
    "consent_withdrawn": "chat_not_agreed",
    "consent_stale": "chat_not_agreed",
    "consent_expired": "chat_not_agreed",
    "purpose_retired": "chat_not_agreed",
    "model_not_found": "chat_paused",
    "invalid_ticket": "chat_not_told",
    "not_found": "chat_not_told",
    "provider_cut": "cut",
    "client_closed": "stopped",
}
"""Codes that mean the same to a person."""
MASKED: dict[str, Text] = {
    "EMAIL": _("e-mail address"),
    "PHONE": _("telephone number"),
    "CARD": _("card number"),
    "IBAN": _("bank account"),
    "SSN": _("social security number"),
    "IP": _("network address"),
    "SECRET": _("secret"),
}
OTHER: Text = _("personal data")
FILE_WRONG: Text = _(
    "Only text files are taken: txt, md, csv, json or log, at most 100 kB. PDFs and pictures are not read."
)
FILE_NOT_TEXT: Text = _("This file is not text in UTF-8. Save it as plain text and add it again.")


def told(code: str) -> tuple[str, str]:
    """Title and sentence."""
    found = TOLD.get(SAME.get(code, code), BUSY)
    return str(found[0]), str(found[1])


def mistake(code: str) -> bool:
    """Whether "Is that a mistake?" is a fair question."""
    return SAME.get(code, code) in {"content_blocked", "answer_blocked"}


def masked(kinds: list[str] | tuple[str, ...]) -> str:
    """ "card number, e-mail address", "" for none."""
    return ", ".join(dict.fromkeys(str(MASKED.get(one, OTHER)) for one in kinds))
