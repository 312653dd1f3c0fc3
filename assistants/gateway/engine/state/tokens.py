"""API keys and tokens as the gateway sees them: in one header, never in a URL."""

import re
import time
from collections import OrderedDict
from typing import Final

from assistants.gateway.engine.errors import ApiError
from assistants.gateway.engine.wire import Scope, header

_IN_URL: Final = re.compile(rb"(?:^|[?&=])(?:clp_|eyJ)|(?:^|&)(?:api[-_]?key|key|access_token|token)=", re.IGNORECASE)
NEGATIVE_SECONDS: Final = 5.0
NEGATIVE_SIZE: Final = 20_000


def bearer(scope: Scope) -> str:
    """The token of the Authorization header. Raises ApiError."""
    if _IN_URL.search(scope.get("query_string", b"")):
        raise ApiError("api_key_in_url")
    kind, _, token = header(scope, b"authorization").decode("latin-1").partition(" ")
    token = token.strip()
    if not token:
        raise ApiError("missing_api_key")
    if kind.lower() != "bearer":
        raise ApiError("invalid_api_key")
    return token


class Unknown:
    """Digests that nobody has, for a few seconds each, so that a flood of bad keys costs no look-ups."""

    def __init__(self) -> None:
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def __contains__(self, found: bytes) -> bool:
        until = self._until.get(found)
        return until is not None and until > time.monotonic()

    def add(self, missing: bytes) -> None:
        self._until[missing] = time.monotonic() + NEGATIVE_SECONDS
        self._until.move_to_end(missing)
        while len(self._until) > NEGATIVE_SIZE:
            self._until.popitem(last=False)

    def clear(self) -> None:
        """The snapshot moved: an unknown key may exist now."""
        self._until.clear()
