"""The tables of signing in."""

from accounts.signin.models.factors import Failures, Kept, Link, RecoveryCode, RecoveryDevice, TotpDevice, digest_of
from accounts.signin.models.passkeys import Challenge, Passkey
from accounts.signin.models.sessions import Session

__all__ = [
    "Challenge",
    "Failures",
    "Kept",
    "Link",
    "Passkey",
    "RecoveryCode",
    "RecoveryDevice",
    "Session",
    "TotpDevice",
    "digest_of",
]
