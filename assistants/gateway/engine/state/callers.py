"""Who may call: keys, OAuth clients, and whose signature on an access token counts. State that only grows forward."""

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from accounts.credentials.engine import bearers
from accounts.credentials.engine.addresses import networks
from assistants.gateway.engine.state import rows as sql
from assistants.gateway.engine.state.snapshot import Key

log = logging.getLogger("panel.gateway.snapshot")
KEYS_HELD = 20_000
REMEMBERED_SECONDS = 3600


class Callers:
    """`read` takes the rows that are newer than an epoch; `parts` are copies for the next snapshot."""

    def __init__(self) -> None:
        self.keys: dict[bytes, Key] = {}
        self._digests: dict[UUID, set[bytes]] = {}
        self._clients: dict[str, Key] = {}
        self._signers: dict[str, bearers.Signer] = {}
        self._ended: dict[str, float] = {}

    async def read(self, connection: AsyncConnection, seen: int, seal: bytes) -> None:
        for row in await sql.rows(connection, sql.KEYS, seen, seen >= 0, KEYS_HELD):
            self.learn(row)
        for key_id, public, sealed, ends_at in await sql.rows(connection, sql.SIGNERS, seen):
            self._learn_signer(seal, key_id.hex, bytes(public), bytes(sealed), ends_at)
        limit = time.time() - REMEMBERED_SECONDS
        for token_id, expires in await sql.rows(connection, sql.ENDED_TOKENS, seen, limit):
            self._ended[token_id.hex] = expires.timestamp()
        self._ended = {token: expires for token, expires in self._ended.items() if expires > limit}

    def learn(self, row: sql.Row) -> None:
        """Both secrets of a key that is being rotated; one that it does not have any more opens nothing from now on."""
        if kind_of(row) == "client":
            self._clients[public_of(row)] = client_of(row)
            return
        found = keys_of(row)
        self._digests[row[1]] = known = self._digests.get(row[1], set()) | set(found)
        for digest in known:
            self.keys[digest] = found.get(digest) or replace(found[bytes(row[0])], active=False)

    def _learn_signer(self, seal: bytes, kid: str, public: bytes, sealed: bytes, ends_at: Any) -> None:
        self._signers.pop(kid, None)
        try:
            ends = int(ends_at.timestamp()) if ends_at else 0
            self._signers[kid] = bearers.opened(seal, kid, public, ends, sealed)
        except bearers.NotValid:
            # Tokens of a signer that the panel did not write are refused.
            log.error("Signing key %s was not written by the panel", kid)  # noqa: TRY400 - there is nothing to trace

    def parts(self) -> Mapping[str, Any]:
        return {
            "keys": dict(self.keys),
            "clients": dict(self._clients),
            "signers": dict(self._signers),
            "ended": frozenset(self._ended),
        }


def kind_of(row: sql.Row) -> str:
    return str(row[10])


def public_of(row: sql.Row) -> str:
    return str(row[11])


def client_of(row: sql.Row) -> Key:
    """An OAuth client: its secrets are for the panel, here only its tokens count."""
    return keys_of(row)[bytes(row[0])]


def keys_of(row: sql.Row) -> dict[bytes, Key]:
    """A key by the digests of its secrets, from a row of `rows.KEYS`: the old secret of a rotated key ends on its own."""
    digest, key_id, scopes, expires_at, active, ranges, assistants, ends, previous, until = row[:10]
    key = Key(
        id=key_id,
        scopes=frozenset(scopes),
        assistants=MappingProxyType(dict(zip(assistants or (), ends or (), strict=True))),
        expires_at=expires_at.timestamp(),
        active=active,
        networks=networks(ranges),
    )
    found = {bytes(digest): key}
    if previous is not None:
        found[bytes(previous)] = replace(key, expires_at=min(expires_at, until).timestamp())
    return found
