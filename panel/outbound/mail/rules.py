"""States of a message, when it is tried again, and how long it is kept. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

INDEX: Final = "outbound.recipient"
"""The name of the blind index over whom a message goes to: an address, or an account's id."""


class State(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATE_NAMES: Final = {
    State.QUEUED: _("Waiting"),
    State.SENT: _("Sent"),
    State.FAILED: _("Failed"),
    State.CANCELLED: _("Cancelled"),
}


class Tls(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


# Why a message has not gone out, or why it never will.
PROBLEMS: Final = {
    "": "",
    "name": _("The mail server's name has no address that may be called."),
    "connect": _("The mail server could not be reached."),
    "tls": _("The mail server could not prove who it is (TLS)."),
    "greeting": _("The mail server did not greet us as a mail server does."),
    "auth": _("The mail server refused the user name and password."),
    "sender": _("The mail server does not accept the sender's address."),
    "recipient": _("The mail server does not accept the recipient's address."),
    "utf8": _("The mail server cannot send to addresses with letters like these."),
    "content": _("The mail server refused the message."),
    "cut": _("The mail server broke off."),
    "address": _("This is not an address that can be written to."),
    "nobody": _("The person has no address, or their account is closed."),
    "rate": _("Too many messages to this recipient within an hour."),
    "late": _("What it says no longer held when it could have been sent."),
    "hand": _("Somebody cancelled it."),
    "key": _("Its content can no longer be opened."),
}
# Trying again cannot help.
FINAL: Final = frozenset({"recipient", "utf8", "content", "address"})

_WAITS: Final = [1, 5, 15, 60, 180, 360, 720]  # minutes after the first, second, ... failure
TRIES: Final = len(_WAITS) + 1
LEASE: Final = timedelta(minutes=3)  # longer than a conversation may take (wire.DEADLINE)
PER_RECIPIENT: Final = 20  # messages an hour
PER_MINUTE: Final = 60  # messages in all
KEEP_SENT, KEEP_OTHER, KEEP_ROW = timedelta(days=3), timedelta(days=30), timedelta(days=90)
MAX_BODY: Final = 200_000  # characters of text or of HTML


def next_try(tries: int, at: datetime, share: float) -> datetime | None:
    """When to try after `tries` failures, or None when enough is enough. `share` (0 to 1) spreads them over a fifth."""
    if tries >= TRIES:
        return None
    wait = timedelta(minutes=_WAITS[max(tries, 1) - 1])
    return at + wait * (1 + share / 5)
