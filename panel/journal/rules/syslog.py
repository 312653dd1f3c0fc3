"""One event as a syslog message (RFC 5424), framed for TCP by its length (RFC 6587 3.4.1, RFC 5425). Pure."""

from datetime import UTC, datetime
from uuid import UUID

AUDIT, NOTICE, WARNING = 13, 5, 4  # facility log audit; severities
_SAFE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")


def message(*, at: datetime, host: str, event: str, uid: UUID, sequence: int | None, body: str, failed: bool) -> bytes:
    """The framed message. `uid` and `sequence` stand in structured data as well, so that doubles can be told."""
    priority = AUDIT * 8 + (WARNING if failed else NOTICE)
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    data = f'[meta sequenceId="{sequence or 0}"][journal@32473 uid="{uid}"]'
    text = f"<{priority}>1 {stamp} {_word(host, 255)} clawpanel - {_word(event, 32)} {data} \ufeff{_line(body)}"
    raw = text.encode()
    return str(len(raw)).encode() + b" " + raw


def _word(text: str, longest: int) -> str:
    return "".join(char for char in text if char in _SAFE)[:longest] or "-"


def _line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")
