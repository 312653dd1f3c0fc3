"""The serving ring for a process without Django: opens data keys that it was told of by rows of `kernel_datakey`.

The twin of `keyring` for the gateway: same places, same derived secrets, and only the ring that the process was given.
"""

from collections.abc import Iterable
from uuid import UUID

from panel.kernel.crypto import envelope
from panel.kernel.crypto.kek import KeyProvider

Row = tuple[UUID, str, UUID | None, str, bytes | None]
"""(id, purpose, owner, kek_id, wrapped); `wrapped` is None once the key is destroyed."""


class NoSuchKey(Exception):  # noqa: N818 - the key is gone or not for here, which is an answer
    """The data key is unknown to this ring, or destroyed."""


class ServingRing:
    """Opened data keys live as long as their row says that they exist."""

    def __init__(self, provider: KeyProvider, installation: UUID) -> None:
        self._provider = provider
        self._installation = installation
        self._rows: dict[UUID, tuple[str, str, bytes]] = {}
        self._named: dict[str, UUID] = {}
        self._open: dict[UUID, bytes] = {}

    def learn(self, rows: Iterable[Row]) -> None:
        """Take new and changed rows; a destroyed key is forgotten at once."""
        for key_id, purpose, owner, kek_id, wrapped in rows:
            if wrapped is None:
                self._rows.pop(key_id, None)
                self._open.pop(key_id, None)
                continue
            self._rows[key_id] = (purpose, kek_id, wrapped)
            if owner is None:
                self._named[purpose] = key_id

    def named(self, purpose: str) -> UUID | None:
        """The installation's one key of a purpose."""
        return self._named.get(purpose)

    def open_sealed(self, sealed: bytes, *, table: str, column: str, row: object, version: int = 1) -> bytes:
        """Raises NoSuchKey, and EnvelopeError when the bytes were altered or moved."""
        key_id = envelope.key_id_of(sealed)
        place = envelope.Place(self._installation, table, column, str(row), version)
        purpose, _, _ = self._row(key_id)
        return envelope.open_sealed(self._key(key_id), sealed, place, purpose)

    def secret(self, key_id: UUID, label: str) -> bytes:
        """32 bytes derived from a data key, equal to `keyring.secret`."""
        return envelope.derive(self._key(key_id), b"", f"secret/{label}")

    def _row(self, key_id: UUID) -> tuple[str, str, bytes]:
        if key_id not in self._rows:
            raise NoSuchKey(str(key_id))
        return self._rows[key_id]

    def _key(self, key_id: UUID) -> bytes:
        if key_id not in self._open:
            purpose, kek_id, wrapped = self._row(key_id)
            context = b"panel/v1/data-key|" + self._installation.bytes + key_id.bytes + purpose.encode()
            self._open[key_id] = self._provider.unwrap(kek_id, wrapped, context)
        return self._open[key_id]
