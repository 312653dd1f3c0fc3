"""How a chat is entered, what it may look like, and its limits. Pure."""

from datetime import timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _


class Way(StrEnum):
    """How somebody came in: signed in, by an invitation, or because everybody may."""

    ACCOUNT = "account"
    INVITED = "invited"
    OPEN = "open"


class NoteKind(StrEnum):
    """What somebody wrote to the owner: a message to a person, or what an answer was like."""

    CONTACT = "contact"
    FEEDBACK = "feedback"


NOTE_NAMES = {NoteKind.CONTACT: _("Message to a person"), NoteKind.FEEDBACK: _("Word on an answer")}
COLOURS = {"accent": _("Teal"), "info": _("Blue"), "allow": _("Green"), "redact": _("Amber"), "ink": _("Ink")}
"""Names of tokens; nothing else may colour a chat."""

NAME_MOST: Final = 60
TEXT_MOST: Final = 600
SITES_MOST: Final = 20
MESSAGE_MOST: Final = 20_000
WORDS_MOST: Final = 2_000
REPLY_MOST: Final = 200
FILE_MOST: Final = 100_000
"""Bytes of a text file that is put into a message."""
FILE_ENDINGS: Final = (".txt", ".md", ".csv", ".json", ".log")
KEPT_TURNS: Final = 400_000
"""Characters of a conversation that a page carries without scripts."""
SESSION_LIFE: Final = timedelta(days=30)
INVITATION_DAYS: Final = (1, 7, 30, 90)
PER_MINUTE, PER_DAY = 20, 500
"""Messages of one visitor."""
NOTES_PER_HOUR, NOTES_PER_ASSISTANT = 5, 100
OPENED_PER_MINUTE: Final = 120
"""New visitors without an account, of one assistant."""
FORGET_AFTER: Final = timedelta(days=1)
"""How long the ids of a deleted chat are remembered, so that an answer that was still under way is destroyed too."""
DISCLOSURE: Final = "ai-1"
"""Which words said that an AI answers; a new number when they change."""
HEADER: Final = "X-Chat-Session"
"""Brings the session of a chat inside another site's page."""
VISITOR: Final = "chat-"


def subject_name(session: str) -> str:
    """The end-user id of a visitor without an account. What a client of /v1 names is stored as 64 hex digits, so it can
    never be this."""
    return f"{VISITOR}{session}"


def site(text: str) -> str:
    """An origin as `frame-ancestors` takes it, "" for what is none: https, or http on this machine; no path, no star."""
    text = text.strip().rstrip("/").lower()
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return ""
    local = host in {"localhost", "127.0.0.1"}
    plain = host.isascii() and all(piece and piece.replace("-", "").isalnum() for piece in host.split("."))
    if not plain or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        return ""
    rebuilt = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    return rebuilt if rebuilt == text and ("." in host or local) else ""
