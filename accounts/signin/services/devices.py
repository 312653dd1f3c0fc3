"""What a session is called: the device in words, the network as coarse as it is stored. No fingerprint is taken: a browser
is known again by a random value that it keeps itself."""

import ipaddress
import re
import secrets
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from accounts.people import queries as people
from accounts.signin.models import Session
from accounts.signin.services import throttle

COOKIE = "__Host-device" if settings.SECURE_TLS else "device"
_SALT = "accounts.signin.device"
# The first that fits: browsers name the ones that they descend from.
_BROWSERS = [
    ("Edge", r"\bEdgA?/|\bEdgiOS/"), ("Opera", r"\bOPR/"), ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Vivaldi", r"\bVivaldi/"), ("Firefox", r"\bFirefox/|\bFxiOS/"), ("Chrome", r"Chrome/|\bCriOS/|\bChromium/"),
    ("Safari", r"\bSafari/"), ("curl", r"^curl/"), ("Python", r"^python"),
]  # fmt: skip
_SYSTEMS = [
    ("iPhone", r"\biPhone\b"), ("iPad", r"\biPad\b"), ("Android", r"\bAndroid\b"), ("ChromeOS", r"\bCrOS\b"),
    ("Windows", r"\bWindows\b"), ("macOS", r"\bMacintosh\b|\bMac OS X\b"), ("Linux", r"\bLinux\b|\bX11\b"),
]  # fmt: skip


def read(user_agent: str) -> str:
    """Browser and system, "Firefox/Linux", by names that we know; never a piece of what was sent."""
    text = user_agent[:500]
    browser, system = (_first(names, text) for names in (_BROWSERS, _SYSTEMS))
    return f"{browser}/{system}"


def _first(names: list[tuple[str, str]], text: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, text, re.ASCII)), "")


def words(device: str) -> str:
    """What `read` found, in the reader's language."""
    browser, _slash, system = device.partition("/")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def network(address: str) -> str:
    """The network of an address: its first 24 bits, or 48 of IPv6. "" for none; loopback and private ones as they are."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if found.is_loopback:
        return "loopback"
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))


def place(network: str) -> str:
    """A network in the reader's language."""
    if network == "loopback":
        return _("This machine")
    return network or _("Unknown network")


def new_token() -> str:
    """The value of a browser's own cookie: 128 random bits, signed, so that nobody plants a chosen one."""
    return signing.Signer(salt=_SALT).sign(secrets.token_urlsafe(16))


def is_token(text: str) -> bool:
    try:
        signing.Signer(salt=_SALT).unsign(text)
    except signing.BadSignature:
        return False
    return True


def digest(user_id: UUID, token: str) -> bytes:
    """How a person's row names a browser: by a keyed hash, another one for each person."""
    return throttle.subject("browser", str(user_id), token)


def known_to(email: str, token: str) -> bytes:
    """The hash by which this person's rows name this browser, when they have signed in in it before; else b"". Its tries
    have a budget of their own: strangers elsewhere, or at the same address, cannot make its owner wait."""
    user = people.by_email(email) if token and len(email) <= 320 and is_token(token) else None
    if user is None:
        return b""
    mine = digest(user.id, token)
    return mine if Session.objects.filter(user=user, browser=mine).exists() else b""
