"""Stream tickets: a page tells the gateway process who may open which stream, for a minute, once. Free of Django.

`<base64url claims>.<base64url HMAC-SHA256>`; the key is derived from a data key of ring `serving` (purpose "gateway:tickets").
A ticket travels in a header, never in a URL. Expiry is real time. Whoever verifies also remembers the nonce until expiry.
"""

import base64
import hashlib
import hmac
import json
import os
import time
from dataclasses import asdict, dataclass, field
from uuid import UUID

from panel.kernel.actors import Actor

KEY_PURPOSE, KEY_LABEL = "gateway:tickets", "tickets"
LIFE_SECONDS = 60
MAX_LENGTH = 2000


class TicketError(Exception):
    """The ticket is not ours, was altered, or is too old."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """`audience` names the stream handler ("playground"), `object_id` what it is for, `actor_id` the person."""

    audience: str
    actor_id: UUID
    object_id: UUID
    detail: dict[str, str] = field(default_factory=dict)
    expires: int = 0
    nonce: str = ""

    @property
    def session(self) -> UUID | None:
        """The session that asked for it: the ticket, and what it opened, end with it."""
        return UUID(self.detail["session"]) if "session" in self.detail else None


def within(actor: Actor, **detail: str) -> dict[str, str]:
    """The detail of a ticket that ends with the session in which it was asked for."""
    if actor.via is None or actor.via[0] != "session":
        return detail
    return {**detail, "session": str(actor.via[1])}


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _tag(key: bytes, body: str) -> bytes:
    return hmac.new(key, b"panel/v1/ticket|" + body.encode(), hashlib.sha256).digest()


def sign(key: bytes, ticket: Ticket) -> str:
    """The ticket as text, valid for LIFE_SECONDS from now."""
    claims = asdict(ticket) | {"expires": int(time.time()) + LIFE_SECONDS, "nonce": os.urandom(12).hex()}
    body = _encode(json.dumps(claims, default=str, separators=(",", ":")).encode())
    return f"{body}.{_encode(_tag(key, body))}"


def verify(key: bytes, text: str, audience: str) -> Ticket:
    """The ticket's claims. Raises TicketError."""
    body, _, tag = text.partition(".")
    try:
        if len(text) > MAX_LENGTH or not hmac.compare_digest(_decode(tag), _tag(key, body)):
            raise TicketError("This ticket is not ours.")
        claims = json.loads(_decode(body))
        ticket = Ticket(**claims | {"actor_id": UUID(claims["actor_id"]), "object_id": UUID(claims["object_id"])})
    except (ValueError, KeyError, TypeError):
        raise TicketError("This ticket is not ours.") from None
    if ticket.expires < time.time():
        raise TicketError("This ticket has expired: open the stream again.")
    if ticket.audience != audience:
        raise TicketError("This ticket is for another stream.")
    return ticket
