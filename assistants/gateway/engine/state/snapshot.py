"""What the gateway serves from: immutable rows, swapped as a whole. No request ever waits for the database for these."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

from accounts.credentials.engine.addresses import Network, allowed
from accounts.credentials.engine.bearers import Signer
from assistants.gateway.engine.state.consent import Binding, Purpose
from assistants.guard.engine.detectors.known import NOTHING_KNOWN, KnownSecrets
from assistants.guard.engine.policy import Policy
from assistants.providers.engine.upstream import Target

DRAFT = "draft"
LIVE = "live"
PAUSED = "paused"
NOTHING, STATISTICS, PSEUDONYMISED, FULL = "nothing", "statistics", "pseudonymised", "full"
CONTENT = frozenset({PSEUDONYMISED, FULL})


@dataclass(frozen=True, slots=True)
class Key:
    """An API key, the assistants that it may call, each until its owner's right ends, and the address ranges it may be used
    from (none: all of them); instants are Unix times."""

    id: UUID
    scopes: frozenset[str]
    assistants: Mapping[UUID, float]
    expires_at: float | None = None
    active: bool = True
    networks: tuple[Network, ...] = ()

    def usable(self, now: float) -> bool:
        return self.active and (self.expires_at is None or now < self.expires_at)

    def may_call(self, assistant: UUID, now: float) -> bool:
        ends = self.assistants.get(assistant)
        return ends is not None and now < ends

    def may_come_from(self, address: str) -> bool:
        return allowed(self.networks, address)


@dataclass(frozen=True, slots=True)
class Version:
    """A version, opened; `digest` is the SHA-256 of its content. `tools` are added to those of the client. One that was
    never published has the number 0 and is in no snapshot."""

    id: UUID
    number: int
    provider: UUID
    policy: UUID
    model: str
    system_prompt: str = field(default="", repr=False)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[Mapping[str, Any], ...] = ()
    guards: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Assistant:
    """`keep`: nothing, statistics, pseudonymised or full; content is kept for the purpose `keep_for`, if one is named."""

    id: UUID
    slug: str
    state: str
    version: Version | None
    keep: str = STATISTICS
    keep_for: UUID | None = None
    created: int = 0

    @property
    def store_content(self) -> bool:
        return self.keep in CONTENT


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`pepper` keys the digests of API keys, `subject_key` those of end users, `ticket_key` the tickets of streams;
    `content_key` is the worker's public key, `hosts` are the (host, port) that may be private.
    `ended_sessions` are sessions of people whose tickets and streams are over. `clients` are OAuth clients by public id,
    `signers` the public keys of access tokens by `kid`, `ended` the `jti` of tokens that were ended before their time.
    `bound` are the purposes of each assistant that has any, `restricted` the blind indexes of people whose data may not be
    processed, `objected` the purposes that others objected to, `blind` the keys of these indexes."""

    epoch: int
    assistants: Mapping[str, Assistant]
    keys: Mapping[bytes, Key]
    targets: Mapping[UUID, Target]
    policies: Mapping[UUID, Policy]
    known: KnownSecrets = NOTHING_KNOWN
    pepper: bytes = field(default=b"", repr=False)
    subject_key: bytes = field(default=b"", repr=False)
    ticket_key: bytes = field(default=b"", repr=False)
    content_key: bytes = b""
    hosts: frozenset[tuple[str, int]] = frozenset()
    ended_sessions: frozenset[UUID] = frozenset()
    by_id: Mapping[UUID, Assistant] = field(default_factory=dict)
    clients: Mapping[str, Key] = field(default_factory=dict)
    signers: Mapping[str, Signer] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()
    purposes: Mapping[UUID, Purpose] = field(default_factory=dict)
    bound: Mapping[UUID, tuple[Binding, ...]] = field(default_factory=dict)
    restricted: frozenset[bytes] = frozenset()
    objected: Mapping[bytes, frozenset[UUID]] = field(default_factory=dict)
    blind: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def asked(self, purpose: UUID | None) -> bool:
        """Whether people are asked about this purpose."""
        found = self.purposes.get(purpose) if purpose else None
        return found is not None and found.asked

    def policy_of(self, version: Version) -> Policy | None:
        """The guards that a version runs under: its policy as it stands now, with what the version makes stricter."""
        policy = self.policies.get(version.policy)
        return policy.tightened(version.guards) if policy else None


EMPTY = Snapshot(-1, MappingProxyType({}), MappingProxyType({}), MappingProxyType({}), MappingProxyType({}))


class Lease:
    """How long ago PostgreSQL said that the snapshot is current."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._contact = -1e9

    def renew(self, began: float | None = None) -> None:
        """`began`: when the question was put, in monotonic seconds: what changed since may not be in the answer."""
        self._contact = time.monotonic() if began is None else began

    @property
    def age(self) -> float:
        """Seconds since the last contact."""
        return time.monotonic() - self._contact

    @property
    def held(self) -> bool:
        return self.age <= self._seconds
