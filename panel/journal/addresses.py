"""Network addresses as keyed hashes that nobody can undo after two days: each day has its own key, destroyed later."""

import hashlib
import hmac
import ipaddress
import uuid
from datetime import date, timedelta

from panel.kernel.crypto import keyring
from panel.kernel.db import epochs
from panel.kernel.models import DataKey

KEPT_DAYS = 2
_DAYS = uuid.UUID("6f0d1c64-6f5e-5c0e-9d0c-3c1a5f1f7a02")  # names the days as owners of their keys


def hashed(address: str, day: date) -> str:
    """32 hex digits for an address on a day; "" for no or a malformed address. IPv6 counts by its /64."""
    try:
        prefix = _prefix(address)
    except ValueError:
        return ""
    key = keyring.secret(_key(day), "address")
    return hmac.new(key, prefix, hashlib.sha256).hexdigest()[:32]


def forget_before(day: date) -> int:
    """Destroy the keys of days older than `KEPT_DAYS` before `day`; returns how many."""
    kept = [_owner(day - timedelta(days=back)) for back in range(-1, KEPT_DAYS)]
    old = DataKey.objects.filter(purpose="address", destroyed_at__isnull=True).exclude(owner__in=kept)
    return sum(keyring.destroy(owner=owner) for owner in old.values_list("owner", flat=True) if owner)


def _prefix(address: str) -> bytes:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        return found.ipv4_mapped.packed if found.ipv4_mapped else found.packed[:8]
    return found.packed


def _owner(day: date) -> uuid.UUID:
    return uuid.uuid5(_DAYS, day.isoformat())


def _key(day: date) -> uuid.UUID:
    keys = DataKey.objects.filter(owner=_owner(day), purpose="address", destroyed_at__isnull=True)
    found = keys.values_list("id", flat=True).first()
    if found:
        return found
    epochs.lock(f"address-key:{day.isoformat()}")
    return keys.values_list("id", flat=True).first() or keyring.create("address", owners=(_owner(day),))
