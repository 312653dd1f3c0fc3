"""The API key itself: `clp_<kind>_<key id>_<secret>_<checksum>`. Free of Django, for the gateway and for scanners.

The secret is 43 base62 characters (256 bits), so a keyed hash is enough and no slow one is needed. The checksum is CRC-32
over everything before its underscore, in six base62 characters: a scanner tells a key from a look-alike offline.
"""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
KINDS = {"gateway": "gw", "management": "mgmt", "client": "oa"}
_WORDS = {short: kind for kind, short in KINDS.items()}
# Published for secret scanners, at /.well-known/secret-pattern and in docs/credentials.md.
PUBLISHED = r"clp_(gw|mgmt|oa)_[0-9A-Za-z]{10}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}"
PATTERN = re.compile(
    r"clp_(?P<kind>gw|mgmt|oa)_(?P<key_id>[0-9A-Za-z]{10})_(?P<secret>[0-9A-Za-z]{43})_(?P<sum>[0-9A-Za-z]{6})"
)
LENGTH = {"gateway": 68, "management": 70, "client": 68}
PEPPER_PURPOSE, PEPPER_LABEL = "pepper", "api-key"


@dataclass(frozen=True)
class Parsed:
    """`kind` is "gateway", "management" or "client"; `key_id` is public and stays in lists and journals."""

    kind: str
    key_id: str


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def checksum(text: str) -> str:
    """CRC-32 of ASCII text in six base62 characters, big end first."""
    number = zlib.crc32(text.encode("ascii"))
    digits = []
    for _ in range(6):
        number, rest = divmod(number, 62)
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))


def generate(kind: str) -> tuple[str, str]:
    """(key id, whole key). Raises KeyError for an unknown kind."""
    key_id = _random(10)
    return key_id, renewed(kind, key_id)


def renewed(kind: str, key_id: str) -> str:
    """Another whole key under a public id that exists."""
    body = f"clp_{KINDS[kind]}_{key_id}_{_random(43)}"
    return f"{body}_{checksum(body)}"


def parse(token: str) -> Parsed | None:
    """What a well-formed key says of itself, or None; costs no look-up, so mistyped keys cost nothing either."""
    found = PATTERN.fullmatch(token)
    if found is None or not hmac.compare_digest(checksum(token[:-7]), found["sum"]):
        return None
    return Parsed(_WORDS[found["kind"]], found["key_id"])


def digest(pepper: bytes, token: str) -> bytes:
    """HMAC-SHA256 under the installation's pepper: what is stored, and compared in constant time."""
    return hmac.new(pepper, token.encode("ascii"), hashlib.sha256).digest()


def matches(pepper: bytes, token: str, stored: bytes) -> bool:
    return hmac.compare_digest(digest(pepper, token), stored)


def find(text: str) -> list[str]:
    """Every real key (checksum right) that stands in a text."""
    return [one.group() for one in PATTERN.finditer(text) if parse(one.group())]
