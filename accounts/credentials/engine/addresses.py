"""Address ranges of keys (CIDR, IPv4 and IPv6) and the coarse form of an address. Free of Django, for the gateway.

The address is the peer as the front knows it (`scope["client"]`, `REMOTE_ADDR`), never a header that a client may write.
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MOST = 20
HELD = 4096  # a caller comes back from the same address
_COARSE = {4: 24, 6: 48}


def parse(text: str) -> Network:
    """A range, or one address as a range of one. Raises ValueError for anything else, host bits included: a range that
    says one thing and means another is a mistake."""
    found = ipaddress.ip_network(text.strip(), strict=True)
    if isinstance(found, ipaddress.IPv6Network) and found.network_address.ipv4_mapped is not None:
        raise ValueError("Write an IPv4 range as IPv4.")
    return found


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    return tuple(parse(text) for text in texts)


@lru_cache(maxsize=HELD)
def address(text: str) -> Address | None:
    """An address as it counts: an IPv4 client on an IPv6 socket is an IPv4 client. None when it is none."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def allowed(ranges: tuple[Network, ...], text: str) -> bool:
    """Whether a key with these ranges may be used from there; without ranges, from everywhere."""
    if not ranges:
        return True
    found = address(text)
    return found is not None and any(found in one for one in ranges)


@lru_cache(maxsize=HELD)
def coarse(text: str) -> str:
    """The /24 or /48 that an address lies in, "" when it is none: enough to see a stranger, not a person."""
    found = address(text)
    return "" if found is None else str(ipaddress.ip_network((found, _COARSE[found.version]), strict=False))
