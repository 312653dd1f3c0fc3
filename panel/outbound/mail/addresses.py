"""An e-mail address as it is written into an envelope. Pure."""

import unicodedata
from dataclasses import dataclass

import idna


class AddressError(ValueError):
    """Not an address that can be written to."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """`domain` is ASCII (IDNA 2008); `local` may hold other letters, which asks the server for SMTPUTF8 (RFC 6531)."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        return not self.local.isascii()


def parse(text: str) -> Mailbox:
    """One plain address: no display name, no quoting, no route. Raises AddressError, whose text holds no address."""
    text = unicodedata.normalize("NFC", text.strip())
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or len(text) > 254 or len(local.encode()) > 64:
        raise AddressError("an address has the form name@example.org")
    if any(char in '"(),:;<>[\\]@' or char.isspace() or not char.isprintable() for char in local):
        raise AddressError("the part before @ has characters that cannot stand there")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise AddressError("the part before @ has a dot too many")
    return Mailbox(local, _domain(domain))


def _domain(text: str) -> str:
    try:
        found = idna.encode(text.lower(), std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise AddressError("the part after @ is not a name of the internet") from None
    if len(found) > 253:
        raise AddressError("the part after @ is too long")
    return found
