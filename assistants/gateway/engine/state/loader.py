"""Builds snapshots: remembers what it has read and adds the rows that are newer than its epoch."""

import hashlib
import json
import logging
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from accounts.credentials.engine.bearers import SEAL_LABEL
from accounts.credentials.engine.tokens import PEPPER_LABEL, PEPPER_PURPOSE
from assistants.gateway.engine.state import rows as sql
from assistants.gateway.engine.state.callers import Callers
from assistants.gateway.engine.state.consent import Binding, Purpose
from assistants.gateway.engine.state.persons import KINDS
from assistants.gateway.engine.state.snapshot import EMPTY, Assistant, Snapshot, Version
from assistants.guard.engine.detectors.known import KnownSecrets
from assistants.guard.engine.policy import Policy
from assistants.providers.engine.upstream import Target
from panel.kernel import clock, tickets
from panel.kernel.crypto import envelope, kek
from panel.kernel.crypto.serving import NoSuchKey, ServingRing

log = logging.getLogger("panel.gateway.snapshot")
_UNREADABLE = (NoSuchKey, envelope.EnvelopeError, kek.KekError, ValueError, KeyError, TypeError)


class Loader:
    """State that only grows forward; `load` returns a new immutable snapshot over copies of it, and leaves in `changed`
    the subjects whose consents or links are others than in the one before."""

    def __init__(self, kek_address: str) -> None:
        self._address = kek_address
        self._ring: ServingRing | None = None
        self._current = EMPTY
        self._assistants: dict[UUID, Assistant] = {}
        self._versions: dict[UUID, Version] = {}
        self._providers: dict[UUID, sql.Row] = {}
        self._policies: dict[UUID, Policy] = {}
        self._secrets: dict[UUID, sql.Row] = {}
        self._bound: dict[UUID, UUID] = {}
        self._callers = Callers()
        self._purposes: dict[UUID, Purpose] = {}
        self._bindings: dict[UUID, tuple[UUID, Binding]] = {}
        self.changed: frozenset[UUID] = frozenset()

    async def load(self, connection: AsyncConnection) -> Snapshot:
        """The current state in one database snapshot. Raises psycopg.Error and KekError."""
        self.changed = frozenset()
        async with connection.transaction():
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            epoch = int(await sql.one(connection, sql.EPOCH) or 0)
            if epoch != self._current.epoch:
                await self._read(connection, self._current.epoch)
                content_key = bytes(await sql.one(connection, sql.CONTENT_KEY) or b"")
                hosts = frozenset((host, port) for host, port in await sql.rows(connection, sql.ALLOWED_HOSTS))
                ended = frozenset(row[0] for row in await sql.rows(connection, sql.ENDED_SESSIONS))
                restricted = frozenset(bytes(row[0]) for row in await sql.rows(connection, sql.RESTRICTED))
                objected = await _objected(connection)
                self._current = replace(
                    self._build(epoch), content_key=content_key, hosts=hosts, ended_sessions=ended,
                    restricted=restricted, objected=objected,
                )  # fmt: skip
        return self._current

    async def _read(self, connection: AsyncConnection, seen: int) -> None:
        ring = await self._ring_of(connection)
        ring.learn(
            (i, purpose, owner, kek_id, None if wrapped is None else bytes(wrapped))
            for i, purpose, owner, kek_id, wrapped in await sql.rows(connection, sql.DATA_KEYS, seen)
        )
        for policy_id, document in await sql.rows(connection, sql.POLICIES, seen):
            self._learn_policy(policy_id, document)
        for row in await sql.rows(connection, sql.PROVIDERS, seen):
            self._providers[row[0]] = row
        await self._read_secrets(connection, seen)
        await self._read_assistants(connection, seen, ring)
        await self._read_purposes(connection, seen)
        await self._callers.read(connection, seen, self._derived(PEPPER_PURPOSE, SEAL_LABEL))

    async def _ring_of(self, connection: AsyncConnection) -> ServingRing:
        if self._ring is None:
            installation = await sql.one(connection, sql.INSTALLATION)
            if installation is None:
                raise kek.KekError("The database is not prepared: run manage.py prepare_database.")
            self._ring = ServingRing(kek.provider(self._address), installation)
        return self._ring

    def _learn_policy(self, policy_id: UUID, document: Any) -> None:
        try:
            self._policies[policy_id] = Policy.from_json(
                document if isinstance(document, dict) else json.loads(document)
            )
        except _UNREADABLE:
            # Assistants under a policy that cannot be read are refused, never served without it.
            self._policies.pop(policy_id, None)
            log.exception("Guard policy %s cannot be used", policy_id)

    async def _read_secrets(self, connection: AsyncConnection, seen: int) -> None:
        changed = await sql.rows(connection, sql.SECRETS, seen)
        for row in changed:
            self._secrets[row[0]] = row
        ids = [row[0] for row in changed]
        self._bound = {user: secret for user, secret in self._bound.items() if secret not in ids}
        for secret_id, kind, user_id in await sql.rows(connection, sql.BINDINGS, ids):
            if kind == "provider":
                self._bound[user_id] = secret_id

    async def _read_assistants(self, connection: AsyncConnection, seen: int, ring: ServingRing) -> None:
        changed = await sql.rows(connection, sql.ASSISTANTS, seen)
        wanted = [row[3] for row in changed if row[3] and row[3] not in self._versions]
        for version_id, number, content in await sql.rows(connection, sql.VERSIONS, wanted):
            self._learn_version(ring, version_id, number, bytes(content))
        for assistant_id, slug, state, version_id, keep, keep_for, created in changed:
            version = self._versions.get(version_id)
            self._assistants[assistant_id] = Assistant(assistant_id, slug, state, version, keep, keep_for, created)

    async def _read_purposes(self, connection: AsyncConnection, seen: int) -> None:
        for row in await sql.rows(connection, sql.PURPOSES, seen):
            self._purposes[row[0]] = Purpose(*row)
        for binding_id, assistant, purpose, key, route, required, holds in await sql.rows(connection, sql.BOUND, seen):
            self._bindings.pop(binding_id, None)
            if holds:
                self._bindings[binding_id] = (assistant, Binding(purpose, key, route, required))
        if seen >= 0:
            self.changed = frozenset(row[0] for row in await sql.rows(connection, sql.CHANGED, seen))

    def _learn_version(self, ring: ServingRing, version_id: UUID, number: int, sealed: bytes) -> None:
        try:
            opened = ring.open_sealed(sealed, table="catalog_version", column="content", row=version_id)
            self._versions[version_id] = _version(version_id, number, opened)
        except _UNREADABLE:
            log.exception("Version %s cannot be opened", version_id)

    def trial(self, trial_id: UUID, sealed: bytes) -> Version | None:
        """A version that was never published, opened for one call: it enters no snapshot. None when it cannot be."""
        if self._ring is None:
            return None
        try:
            opened = self._ring.open_sealed(sealed, table="gateway_trial", column="content", row=trial_id)
            return _version(trial_id, 0, opened)
        except _UNREADABLE:
            log.exception("Trial %s cannot be opened", trial_id)
            return None

    def _value(self, secret_id: UUID) -> str:
        """The clear value of a usable secret, "" when it may not or cannot be used."""
        _, state, expires_at, number, sealed = self._secrets[secret_id]
        if state != "active" or (expires_at is not None and expires_at <= clock.now()) or self._ring is None:
            return ""
        try:
            place = {"table": "vault_secretversion", "column": "sealed"}
            return self._ring.open_sealed(bytes(sealed), row=secret_id, version=number, **place).decode()
        except _UNREADABLE:
            log.exception("Secret %s cannot be opened", secret_id)
            return ""

    def _build(self, epoch: int) -> Snapshot:
        values = {secret_id: self._value(secret_id) for secret_id in self._secrets}
        targets = {
            provider_id: Target(kind=kind, base_url=base_url, key=self._key_of(provider_id, values))
            for provider_id, kind, base_url, enabled in self._providers.values()
            if enabled
        }
        bound: dict[UUID, tuple[Binding, ...]] = {}
        for assistant, binding in self._bindings.values():
            bound[assistant] = (*bound.get(assistant, ()), binding)
        return Snapshot(
            epoch=epoch,
            bound=bound,
            purposes=dict(self._purposes),
            blind={kind: self._derived(f"blind:subjects.{kind}", "index") for kind in KINDS},
            assistants={one.slug: one for one in self._assistants.values()},
            by_id=dict(self._assistants),
            **self._callers.parts(),
            targets=targets,
            policies=dict(self._policies),
            known=KnownSecrets.of((str(secret_id), value) for secret_id, value in values.items() if value),
            pepper=self._derived(PEPPER_PURPOSE, PEPPER_LABEL),
            subject_key=self._derived("gateway", "subjects"),
            ticket_key=self._derived(tickets.KEY_PURPOSE, tickets.KEY_LABEL),
        )

    def _key_of(self, provider_id: UUID, values: dict[UUID, str]) -> str:
        secret_id = self._bound.get(provider_id)
        return values.get(secret_id, "") if secret_id else ""

    def _derived(self, purpose: str, label: str) -> bytes:
        named = self._ring.named(purpose) if self._ring else None
        return self._ring.secret(named, label) if self._ring and named else b""


async def _objected(connection: AsyncConnection) -> dict[bytes, frozenset[UUID]]:
    found: dict[bytes, frozenset[UUID]] = {}
    for index, purpose in await sql.rows(connection, sql.OBJECTED):
        found[bytes(index)] = found.get(bytes(index), frozenset()) | {purpose}
    return found


def _version(version_id: UUID, number: int, opened: bytes) -> Version:
    content = json.loads(opened)
    return Version(
        id=version_id,
        number=number,
        provider=UUID(content["provider"]),
        policy=UUID(content["policy"]),
        model=content["model"],
        system_prompt=content["system_prompt"],
        parameters=MappingProxyType(content["parameters"]),
        tools=tuple(content["tools"]),
        guards=MappingProxyType(content.get("guards", {})),
        digest=hashlib.sha256(opened).hexdigest(),
    )
