"""Who calls: by an API key, or by a signed access token of an OAuth client. Nothing is asked of a database for either, but
for one indexed read when a key is beyond what the snapshot holds."""

import hashlib
import time
from collections import OrderedDict
from dataclasses import replace

from accounts.credentials.engine import addresses, bearers
from accounts.credentials.engine import tokens as credentials
from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.errors import ApiError
from assistants.gateway.engine.state import tokens
from assistants.gateway.engine.state.feed import Feed
from assistants.gateway.engine.wire import Scope
from panel.kernel import clock

AUDIENCE = "/v1"
CHECKED_HELD = 10_000


class Checked:
    """Tokens whose signature was found good, by their hash: a token is sent many times in its ten minutes, and its signer,
    its end and its client are asked each time all the same."""

    def __init__(self) -> None:
        self._held: OrderedDict[bytes, bearers.Claims] = OrderedDict()

    def claims(self, token: str, feed: Feed, now: float) -> bearers.Claims:
        """Raises bearers.NotValid."""
        digest, signers = hashlib.sha256(token.encode("latin-1")).digest(), feed.snapshot.signers
        found = self._held.get(digest)
        if found is not None:
            signer = signers.get(found.kid)
            if signer is None or (signer.ends_at and now >= signer.ends_at) or now >= found.expires_at:
                del self._held[digest]
                raise bearers.NotValid
            return found
        issuer = feed.config.issuer
        found = bearers.verify(token, signers, issuer=issuer, audience=issuer + AUDIENCE, now=now)
        self._held[digest] = found
        if len(self._held) > CHECKED_HELD:
            self._held.popitem(last=False)
        return found


async def identify(feed: Feed, checked: Checked, call: Call, scope: Scope, opening: tuple[str, ...]) -> None:
    """Fill in who calls; `opening` are the scopes that open the route. Raises ApiError.

    A wrong checksum costs no look-up; a key that is expired or revoked is as unknown as any other.
    """
    token = tokens.bearer(scope)
    if bearers.looks_like(token):
        await _by_token(feed, checked, call, token)
    else:
        await _by_key(feed, call, token)
    assert call.key is not None  # noqa: S101 - set by either
    address = str((scope.get("client") or ("",))[0])
    call.network = addresses.coarse(address)
    if not call.key.may_come_from(address):
        raise ApiError("address_not_allowed")
    call.scope = next((one for one in opening if one in call.key.scopes), "")
    if not call.scope:
        raise ApiError("insufficient_scope")


async def _by_key(feed: Feed, call: Call, token: str) -> None:
    parsed = credentials.parse(token)
    if parsed is None or parsed.kind != "gateway":
        raise ApiError("invalid_api_key")
    digest = credentials.digest(feed.snapshot.pepper, token)
    key = await feed.key(digest)
    if key is None or not key.usable(clock.now().timestamp()):
        raise ApiError("invalid_api_key")
    call.key, call.digest = key, digest


async def _by_token(feed: Feed, checked: Checked, call: Call, token: str) -> None:
    """The token says which of its client's scopes it carries; all else is the client's, as it is now."""
    try:
        claims = checked.claims(token, feed, time.time())
    except bearers.NotValid:
        raise ApiError("invalid_token") from None
    if claims.jti in feed.snapshot.ended:
        raise ApiError("invalid_token")
    key = await feed.client(claims.client)
    if key is None or not key.usable(clock.now().timestamp()):
        raise ApiError("invalid_token")
    call.key = replace(key, scopes=key.scopes & claims.scopes)
    call.client, call.token = claims.client, claims.jti
