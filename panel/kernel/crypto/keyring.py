"""Data keys: made, used and destroyed by id. Key bytes never leave this module except as derived secrets."""

import time
from collections import OrderedDict
from collections.abc import Collection, Iterable
from functools import lru_cache
from threading import Lock
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from panel.kernel import clock
from panel.kernel.boot import environment
from panel.kernel.crypto import envelope, kek
from panel.kernel.crypto.purposes import ring_of
from panel.kernel.db import epochs
from panel.kernel.errors import Unavailable
from panel.kernel.installation import installation_id
from panel.kernel.models import DataKey

CACHE_SECONDS = 60
CACHE_SIZE = 1000


class KeyGone(Unavailable):
    """The key was destroyed: what it sealed can never be read again."""

    code = "key_destroyed"


class _Cache:
    """A small LRU of opened data keys; an entry lives a minute, so a destroyed key is forgotten everywhere by then."""

    def __init__(self) -> None:
        self._held: OrderedDict[UUID, tuple[float, str, bytes]] = OrderedDict()
        self._lock = Lock()

    def get(self, key_id: UUID) -> tuple[str, bytes] | None:
        with self._lock:
            found = self._held.get(key_id)
            if found is None or found[0] < time.monotonic():
                self._held.pop(key_id, None)
                return None
            self._held.move_to_end(key_id)
            return found[1], found[2]

    def put(self, key_id: UUID, purpose: str, key: bytes) -> None:
        with self._lock:
            self._held[key_id] = (time.monotonic() + CACHE_SECONDS, purpose, key)
            while len(self._held) > CACHE_SIZE:
                self._held.popitem(last=False)

    def drop(self, key_id: UUID) -> None:
        with self._lock:
            self._held.pop(key_id, None)

    def clear(self) -> None:
        with self._lock:
            self._held.clear()


_cache = _Cache()


@lru_cache(maxsize=4)
def ring(name: str) -> kek.KeyProvider:
    """The key provider of a ring. Raises KekError when this process was not given it."""
    address = environment().get(kek.SETTING[name], "")
    if not address:
        raise kek.KekError(f"This process has no key ring {name!r}: set {kek.SETTING[name]}.")
    return kek.provider(address)


def forget() -> None:
    """Drop every opened key and ring (tests, and after a destroy elsewhere)."""
    _cache.clear()
    ring.cache_clear()


def create(purpose: str, owners: tuple[UUID, ...]) -> UUID:
    """A new data key for one or two owners; returns its id. Only `named` keys have no owner."""
    if not owners:
        raise ValueError("A data key has an owner, so that it can be destroyed with it.")
    return _create(purpose, owners)


def _create(purpose: str, owners: tuple[UUID, ...] = ()) -> UUID:
    row = DataKey(ring=ring_of(purpose), purpose=purpose)
    row.owner, row.second_owner = (*owners, None, None)[:2]
    provider = ring(row.ring)
    key = envelope.new_key()
    row.kek_id = provider.current_id()
    row.wrapped = provider.wrap(key, kek.wrap_context(installation_id(), row.id, purpose))
    with transaction.atomic():
        row.epoch = epochs.bump() if row.ring == "serving" else 0
        row.save(force_insert=True)
    return row.id


def named(purpose: str) -> UUID:
    """The installation's one key of a purpose, made on first use; safe when two processes ask at once."""
    found = DataKey.objects.filter(purpose=purpose, owner__isnull=True).values_list("id", flat=True).first()
    if found:
        return found
    with transaction.atomic():
        epochs.lock(f"named-key:{purpose}")
        found = DataKey.objects.filter(purpose=purpose, owner__isnull=True).values_list("id", flat=True).first()
        return found or _create(purpose)


def serve(purpose: str) -> UUID:
    """`named`, and a key from before its purpose was served is wrapped by the ring that it belongs to now."""
    wanted = ring_of(purpose)
    known = DataKey.objects.filter(purpose=purpose, owner__isnull=True).values_list("id", "ring").first()
    if known is not None and known[1] == wanted:
        return known[0]
    found = named(purpose)
    with transaction.atomic():
        row = DataKey.objects.select_for_update().get(id=found)
        if row.ring != wanted and row.wrapped is not None:
            provider, context = ring(wanted), kek.wrap_context(installation_id(), row.id, purpose)
            key = _unwrapped(row)
            row.ring, row.kek_id, row.wrapped = wanted, provider.current_id(), provider.wrap(key, context)
            row.epoch = epochs.bump()
            row.save(update_fields=["ring", "kek_id", "wrapped", "epoch"])
    return found


def _key(key_id: UUID) -> tuple[str, bytes]:
    held = _cache.get(key_id)
    if held:
        return held
    row = DataKey.objects.filter(id=key_id).first()
    if row is None or row.wrapped is None:
        raise KeyGone("The key of this data was destroyed; it can never be read again.")
    key = _unwrapped(row)
    _cache.put(key_id, row.purpose, key)
    return row.purpose, key


def _unwrapped(row: DataKey) -> bytes:
    context = kek.wrap_context(installation_id(), row.id, row.purpose)
    return ring(row.ring).unwrap(row.kek_id, bytes(row.wrapped or b""), context)


def warm(key_ids: Iterable[UUID]) -> None:
    """Open many keys with one query, before many rows are read. Not more at once than the cache holds (1,000)."""
    missing = [key_id for key_id in set(key_ids) if _cache.get(key_id) is None]
    for row in DataKey.objects.filter(id__in=missing, wrapped__isnull=False):
        _cache.put(row.id, row.purpose, _unwrapped(row))


def seal(key_id: UUID, data: bytes, *, table: str, column: str, row: object, version: int = 1) -> bytes:
    """Seal bytes for one place. Raises KeyGone."""
    purpose, key = _key(key_id)
    place = envelope.Place(installation_id(), table, column, str(row), version)
    return envelope.seal(key, key_id, data, place, purpose)


def open_sealed(sealed: bytes, *, table: str, column: str, row: object, version: int = 1) -> bytes:
    """Open what `seal` made. Raises EnvelopeError when it was altered or moved, KeyGone when its key is destroyed."""
    purpose, key = _key(envelope.key_id_of(sealed))
    place = envelope.Place(installation_id(), table, column, str(row), version)
    return envelope.open_sealed(key, sealed, place, purpose)


def secret(key_id: UUID, label: str) -> bytes:
    """32 bytes derived from a data key, for HMACs; another label gives unrelated bytes."""
    return envelope.derive(_key(key_id)[1], b"", f"secret/{label}")


def destroy(*, owner: UUID, keep: Collection[UUID] = ()) -> int:
    """Destroy every key of an owner (first or second) but those in `keep`, which seal what a hold keeps; returns how many.
    Cannot be undone."""
    with transaction.atomic():
        rows = DataKey.objects.select_for_update().filter(Q(owner=owner) | Q(second_owner=owner), wrapped__isnull=False)
        rows = rows.exclude(id__in=keep)
        found = list(rows.values_list("id", "ring"))
        number = epochs.bump() if any(name == "serving" for _, name in found) else 0
        DataKey.objects.filter(id__in=[key_id for key_id, _ in found]).update(
            wrapped=None, destroyed_at=clock.now(), epoch=number
        )
    for key_id, _ in found:
        _cache.drop(key_id)
    return len(found)


def destroy_key(key_id: UUID) -> None:
    """Destroy one key; again does nothing."""
    with transaction.atomic():
        DataKey.objects.filter(id=key_id, wrapped__isnull=False).update(wrapped=None, destroyed_at=clock.now())
    _cache.drop(key_id)
