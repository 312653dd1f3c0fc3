"""Arithmetic of signing in: throttle, sessions, codes. Pure; every instant here is real time, not the house's clock."""

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access.rules import EVERYBODY, Permit, Role

_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
CHANGE = Permit("account.security", _("Change own password and factors"), EVERYBODY, fresh=True, by_key=False)
CHANGE_FACTOR_POLICY = Permit(
    "signin.factor_policy", _("Say which second factors do"), _ADMINISTRATORS, fresh=True, by_key=False
)
END_SESSIONS = Permit("signin.end_sessions", _("See and end anybody's sessions"), _ADMINISTRATORS, fresh=True)
SET_LIMITS = Permit("signin.set_limits", _("Change how long sessions last"), _ADMINISTRATORS, fresh=True, by_key=False)

TOTP_CODE = re.compile(r"[0-9]{6}", re.ASCII)
TOTP_STEP = 30
# RFC 6238, 5.2: one step of tolerance on each side for clocks that differ.
TOTP_TOLERANCE = 1
SEED_BYTES = 20
# Crockford's base 32: no I, L, O, U to mistake. 16 characters are 80 bits.
RECOVERY_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECOVERY_LENGTH, RECOVERY_COUNT = 16, 10
MAX_PASSKEYS = 20
# RFC 8176 names of what a passkey proves: a key in hardware, a key that is kept in several places.
BY_PASSKEY = frozenset({"hwk", "swk"})
METHOD_NAMES = {
    "pwd": _("Password"),
    "otp": _("Authenticator app"),
    "hwk": _("Security key"),
    "swk": _("Passkey"),
    "user": _("Fingerprint, face or PIN"),
    "recovery": _("Recovery code"),
}
# Session key: the device that was proved last, by its `persistent_id`.
PROVED_BY = "proved_by"
# Session key: from which day its person needs a passkey, and when that was looked up.
POLICY = "policy"

# NIST SP 800-63B-4, 3.1.1, and ASVS 6.2.1: 8 beside a second factor, 15 advised; the most bounds what one try may cost.
MIN_PASSWORD, ADVISED_PASSWORD, MAX_PASSWORD = 8, 15, 1024

# Session keys beside those of accounts.access; instants in seconds since 1970.
OPENED_AT, SEEN_AT, PLACE = "opened_at", "seen_at", "place"
PRIVILEGED = frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.PRIVACY_OFFICER, Role.AUDITOR})
# No setting lets a session last longer; so long an ended one must be remembered.
SESSION_MOST = timedelta(days=14)
# How long a browser is known again, and an ended session kept.
REMEMBERED = timedelta(days=90)
# How long a right password waits for its second factor.
PENDING = timedelta(minutes=10)
# How often a session writes down that it is in use.
TOUCH = timedelta(minutes=1)
LINK_LIFE = timedelta(hours=72)
# A link for a forgotten password: how long it works, and how many one person gets within which time.
FORGOTTEN_LIFE, FORGOTTEN_MOST, FORGOTTEN_WITHIN = timedelta(minutes=30), 3, timedelta(hours=1)
# Session key: who the session belonged to that has ended in this browser. It opens nothing.
WAS = "was"
# A form that waits for its sender: how long, how much (bytes of JSON), how many of one person; and the name of the field
# that stands for it when it is carried on.
KEPT_LIFE, KEPT_BYTES, KEPT_COUNT = timedelta(minutes=15), 256 * 1024, 10
# Files of such a form, all together.
KEPT_FILE_BYTES = 4 * 1024 * 1024
CARRIED = "carry_on"


def added_proof(amr: list[str], methods: list[str]) -> list[str]:
    """`amr` after another proof in the same session; what was proved before stays proved."""
    return [*amr, *(one for one in methods if one not in amr)]


class Scope(StrEnum):
    """What failures are counted by: everything that is tried on an account, its second factors, one address, an account
    from one address, a browser that its owner has used before. Only who knows the password can spend the budget of the
    second factors."""

    ACCOUNT = "account"
    FACTOR = "factor"
    ADDRESS = "address"
    PAIR = "pair"
    KNOWN = "known"


FREE = {Scope.ACCOUNT: 5, Scope.FACTOR: 5, Scope.ADDRESS: 20, Scope.PAIR: 3, Scope.KNOWN: 5}
# The longest wait: a throttle slows guessing down, it never locks anybody out. Five minutes leave 288 tries a day at three
# valid codes in a million: 0.09 % for somebody who has the password.
CAP = {
    Scope.ACCOUNT: timedelta(minutes=1),
    Scope.FACTOR: timedelta(minutes=5),
    Scope.ADDRESS: timedelta(minutes=5),
    Scope.PAIR: timedelta(minutes=5),
    Scope.KNOWN: timedelta(minutes=5),
}
FORGIVEN = timedelta(hours=24)


def wait_until(scope: Scope, failures: int, last: datetime) -> datetime:
    """When the next try is heard: some are free, then 1, 2, 4, 8 ... seconds after the last, up to the cap."""
    over = failures - FREE[scope]
    if over < 0:
        return last
    return last + min(timedelta(seconds=2 ** min(over, 20)), CAP[scope])


@dataclass(frozen=True)
class Limits:
    """How long a session may lie idle, and last in all. NIST SP 800-63B-4, AAL2: 30 min and 12 h, for the privileged."""

    idle: timedelta = timedelta(hours=2)
    whole: timedelta = timedelta(hours=24)
    idle_privileged: timedelta = timedelta(minutes=30)
    whole_privileged: timedelta = timedelta(hours=12)

    def of(self, roles: frozenset[Role], rights: Iterable[frozenset[Role]] = ()) -> tuple[timedelta, timedelta]:
        """(idle, in all) for somebody with these roles; the privileged never get more than the others. `rights`: for each
        right from elsewhere (a role of the organisation's own, a visit) the built-in roles that have it; one that only
        the privileged have makes privileged."""
        if roles & PRIVILEGED or any(carriers <= PRIVILEGED for carriers in rights):
            return min(self.idle, self.idle_privileged), min(self.whole, self.whole_privileged)
        return self.idle, self.whole

    def surely_open(self, opened: datetime, seen: datetime, at: datetime) -> bool:
        """Whether the session runs whatever the roles are, so that nobody needs to be asked for them."""
        idle, whole = self.of(PRIVILEGED)
        return at - seen < idle and timedelta(minutes=-1) < at - opened < whole


# No setting is shorter than this; nor is the time after which use is written down.
LEAST = Limits(TOUCH, timedelta(hours=1), TOUCH, timedelta(hours=1))


def session_over(opened: datetime, seen: datetime, at: datetime, limits: tuple[timedelta, timedelta]) -> str:
    """Why a session is over: "idle", "limit", or "" while it runs. One from the future is over."""
    idle, whole = limits
    if at - opened >= whole or opened > at + timedelta(minutes=1):
        return "limit"
    return "idle" if at - seen >= idle else ""


def is_totp(code: str) -> bool:
    """Exactly six ASCII digits: libraries take spaces, signs, underscores and other scripts' digits for numbers."""
    return TOTP_CODE.fullmatch(code) is not None


def new_recovery_code() -> str:
    return "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_LENGTH))


def shown(code: str) -> str:
    """In groups of four."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def read_recovery(text: str) -> str:
    """What was typed, without its dashes, in capitals, with the letters that Crockford reads as digits; "" when it
    cannot be a code."""
    if not text.isascii() or len(text) > 64:
        return ""
    code = re.sub(r"[\s-]", "", text).upper().translate(str.maketrans("ILO", "110"))
    return code if len(code) == RECOVERY_LENGTH and set(code) <= set(RECOVERY_ALPHABET) else ""


def whole(least: int, most: int) -> Callable[[str], int]:
    """A parser of whole numbers within bounds; ValueError carries the sentence for the form."""

    def parse(text: str) -> int:
        found = int(text) if re.fullmatch(r"[0-9]{1,6}", text.strip()) else -1
        if not least <= found <= most:
            raise ValueError(gettext("A whole number from %(least)s to %(most)s.") % {"least": least, "most": most})
        return found

    return parse
