"""Arithmetic of signing in: throttle, sessions, codes. Pure; every instant here is real time, not the house's clock."""

import itertools
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

CHANGE_FACTOR_POLICY = Permit(
    "signin.factor_policy", _("Say which second factors do"), frozenset({Role.ADMINISTRATOR}), fresh=True, by_key=False
)

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

MIN_PASSWORD, MAX_PASSWORD = 12, 256

# Session keys beside those of accounts.access; instants in seconds since 1970.
OPENED_AT, SEEN_AT = "opened_at", "seen_at"
ABSOLUTE = timedelta(hours=12)
IDLE_PRIVILEGED, IDLE = timedelta(minutes=30), timedelta(hours=2)
PRIVILEGED = frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.PRIVACY_OFFICER, Role.AUDITOR})
# How long a right password waits for its second factor.
PENDING = timedelta(minutes=10)
# How often a session writes down that it is in use.
TOUCH = timedelta(minutes=1)
LINK_LIFE = timedelta(hours=72)
# Session key: who the session belonged to that has ended in this browser. It opens nothing.
WAS = "was"
# A form that waits for its sender: how long, how much (bytes of JSON), how many of one person; and the name of the field
# that stands for it when it is carried on.
KEPT_LIFE, KEPT_BYTES, KEPT_COUNT = timedelta(minutes=15), 256 * 1024, 10
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


def idle_limit(roles: frozenset[Role]) -> timedelta:
    return IDLE_PRIVILEGED if roles & PRIVILEGED else IDLE


def session_over(opened: datetime, seen: datetime, at: datetime, roles: frozenset[Role]) -> bool:
    """NIST SP 800-63B-4, AAL2: 12 h in all, 30 min idle (for the privileged)."""
    return at - opened >= ABSOLUTE or at - seen >= idle_limit(roles) or opened > at + timedelta(minutes=1)


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


TRIED_FIRST = "This is one of the passwords that everybody tries first. Take another."


def password_fault(password: str, *, name: str = "", email: str = "", organisation: str = "") -> str:
    """Why a password cannot be used, as a sentence, or "". NIST SP 800-63B-4, 3.1.1: long enough, none that everybody
    tries, nothing about composition."""
    plain = unicodedata.normalize("NFKC", password)
    if len(plain) < MIN_PASSWORD:
        return f"Take at least {MIN_PASSWORD} characters. Three or four words are easy to remember."
    if len(plain) > MAX_PASSWORD:
        return f"Take at most {MAX_PASSWORD} characters."
    folded = plain.casefold()
    if len(set(folded)) < 5 or _is_run(folded):
        return "Everybody can guess this. Take something without a pattern."
    if _core(folded) in COMMON:
        return TRIED_FIRST
    words = [
        *name.casefold().split(),
        *re.split(r"[@.\s]", email.casefold()),
        *organisation.casefold().split(),
        "clawpanel",
    ]
    rest = folded
    for word in sorted({one for one in words if len(one) >= 4}, key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < 8:
        return "This is mostly your name, your address or this panel's name. Take something else."
    return ""


def cores(password: str) -> set[str]:
    """What a guesser's list would hold of this: itself, without digits and signs at the ends, and either half of a
    password that is one word twice."""
    folded = unicodedata.normalize("NFKC", password).casefold()
    half = folded[: len(folded) // 2]
    return {folded, _core(folded), half if half * 2 == folded else folded}


def _is_run(text: str) -> bool:
    steps = {ord(right) - ord(left) for left, right in itertools.pairwise(text)}
    return len(steps) == 1


def _core(text: str) -> str:
    """Without the digits and signs that are hung on at the ends."""
    return re.sub(r"^[^a-z]+|[^a-z]+$", "", text) or text


# Heads of the well-known lists, twelve characters and more after hanging digits and signs are cut off.
_WORDS = """
password passwordpassword passwort passwortpasswort qwertyuiop qwertyuiopas qwertyuiopasdf qwertyqwerty asdfghjkl
asdfghjklasdf letmein letmeinletmein iloveyou iloveyouiloveyou welcome welcomewelcome administrator admin adminadmin
adminadminadmin changeme changemechangeme sunshine princess football baseball dragon monkey superman trustno trustnoone
whatever abcabcabcabc abcdefghijkl abcdefghijklm qazwsxedcrfv qazwsxedc zaqxswcdevfr correcthorsebatterystaple default
secret secretsecret p@ssw0rd p@ssword passw0rd computer internet starwars michelle jennifer qweqweqweqwe asdasdasdasd
"""
COMMON = frozenset(_WORDS.split())
