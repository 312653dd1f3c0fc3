"""Standard Webhooks (https://www.standardwebhooks.com, v1): signatures; states; when a delivery is tried again. Pure."""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
OVERLAP: Final = timedelta(hours=24)
GIVE_UP: Final = timedelta(days=5)  # of nothing but failures: the endpoint is switched off
LEASE: Final = timedelta(minutes=2)  # longer than a request may take
TIMEOUT: Final = 15.0  # seconds for one request
KEEP: Final = timedelta(days=30)
SHOWN: Final = 200  # bytes of an answer that a page shows
TEST: Final = "outbound.webhook.tested"
_WAITS: Final = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]  # seconds, as the specification advises
TRIES: Final = len(_WAITS) + 1


class State(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class Outcome(StrEnum):
    QUEUED = "queued"
    DELIVERED = "delivered"
    DEAD = "dead"


STATE_NAMES: Final = {
    State.ACTIVE: _("Active"),
    State.PAUSED: _("Paused"),
    State.DISABLED: _("Switched off after failures"),
}
OUTCOME_NAMES: Final = {
    Outcome.QUEUED: _("Waiting"),
    Outcome.DELIVERED: _("Delivered"),
    Outcome.DEAD: _("Given up"),
}
PROBLEMS: Final = {
    "": "",
    "refused_url": _("The address cannot be used."),
    "refused_address": _("The host is not a public address, and not on the allow-list."),
    "unresolvable": _("The host’s name has no address."),
    "unreachable": _("The host cannot be reached."),
    "tls": _("The host could not prove who it is (TLS)."),
    "timeout": _("There was no answer in time."),
    "cut": _("The host broke off its answer."),
    "status": _("The answer was not a success (200 to 299)."),
    "off": _("The endpoint was switched off or paused for too long."),
    "key": _("The endpoint’s secret can no longer be opened."),
}


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str, message_id: str, at: int, body: bytes) -> str:
    """`v1,<base64>` over id, seconds since 1970 and body. Raises ValueError for what is no secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a secret is whsec_ and base64") from error
    signed = f"{message_id}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def headers(keys: list[str], message_id: str, at: int, body: bytes) -> dict[str, str]:
    """`keys`: the secret, and its forerunner while both are good."""
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(sign(key, message_id, at, body) for key in keys),
    }


def next_try(tries: int, at: datetime, share: float) -> datetime | None:
    """When to try after `tries` failures; None when enough is enough. `share` (0 to 1) spreads them over a fifth."""
    if tries >= TRIES:
        return None
    return at + timedelta(seconds=_WAITS[max(tries, 1) - 1] * (1 + share / 5))
