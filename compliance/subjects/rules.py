"""What names a data subject. Pure."""

from enum import StrEnum
from uuid import UUID

LONGEST = 512


class Kind(StrEnum):
    """`api_key`: callers without an end-user id, one subject per key. `end_user`: what a client sends as `user`, only
    meaningful within its scope (an assistant, an application). `account`: somebody who signs in here."""

    API_KEY = "api_key"
    END_USER = "end_user"
    ACCOUNT = "account"


def spelling(value: str, scope: UUID | None) -> str:
    """The text that is hashed: in hex, because the blind index folds case and end-user ids differ by it."""
    return f"{scope or ''}|{value.encode('utf-8', 'surrogatepass').hex()}"


def problem(kind: Kind, value: str, scope: UUID | None) -> str:
    """Why this cannot name a subject, or ""."""
    if not value or len(value) > LONGEST:
        return f"An identifier has 1 to {LONGEST} characters."
    if (kind is Kind.END_USER) != (scope is not None):
        return "An end-user id needs its scope, and nothing else has one."
    return ""
