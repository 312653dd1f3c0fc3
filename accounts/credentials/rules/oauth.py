"""What a token is for, and when signing keys change. Pure."""

from collections.abc import Iterable
from datetime import timedelta

from accounts.credentials.rules.life import GATEWAY_SCOPES

GATEWAY_PATH, PANEL_PATH = "/v1", "/api/v1"
# A new key is shown this long before it signs, so that nobody who keeps a copy of the JWKS meets a stranger.
SHOWN_BEFORE, JWKS_SECONDS = timedelta(minutes=10), 300
# What an old key signed last has ended by then (10 minutes of life, 30 seconds of skew).
SIGNED_UNTIL = timedelta(minutes=11)
SIGNS_FOR = timedelta(days=30)
# A token serves ten minutes: a client that asks more often than this in a minute asks for each call.
MOST_A_MINUTE = 60
REMEMBERED = timedelta(days=1)


def audience(base_url: str, scopes: Iterable[str]) -> str:
    """The one address that a token with these scopes is for; "" when they are for two, or for none."""
    given = set(scopes)
    calls, manages = given & set(GATEWAY_SCOPES), given - set(GATEWAY_SCOPES)
    if bool(calls) == bool(manages):
        return ""
    return base_url + (GATEWAY_PATH if calls else PANEL_PATH)
