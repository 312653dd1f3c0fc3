"""Blind index: find a row by an encrypted value without storing the value.

HMAC-SHA256 under a key of the named column, cut to 16 bytes. For look-ups of high-entropy values only.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable

from panel.kernel.crypto import keyring


def normalise(value: str) -> str:
    """One spelling for values that people write in several: NFKC, trimmed, case folded."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


def index(name: str, value: str) -> bytes:
    """16 bytes for the column `name`, such as "people.email"; the value is normalised here."""
    return indexes(name, [value])[0]


def indexes(name: str, values: Iterable[str]) -> list[bytes]:
    """`index` of many, in the same order; the key is looked up once."""
    key = keyring.secret(keyring.named(f"blind:{name}"), "index")
    return [hmac.new(key, normalise(value).encode(), hashlib.sha256).digest()[:16] for value in values]
