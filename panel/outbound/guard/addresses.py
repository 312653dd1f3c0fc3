"""Which addresses may be dialled: what the IANA special-purpose registries leave, stated range by range.

`ipaddress.is_global` alone is not enough: it calls NAT64, 6to4, IPv4-compatible and site-local addresses global.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

_IPV4: Final = [
    (IPv4Network(network), name)
    for network, name in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "special"),
        ("192.52.193.0/24", "special"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "special"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
]
_IPV6: Final = [
    (IPv6Network(network), name)
    for network, name in (
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("::ffff:0:0:0/96", "IPv4-translated"),
        ("::1/128", "loopback"),
        ("::/96", "IPv4-compatible"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("100::/64", "discard"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "special"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "unique local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
]
_GLOBAL_IPV6: Final = IPv6Network("2000::/3")


def why_not(address: str | Address) -> str | None:
    """The name of the range that forbids an address, or None when it is reachable from everywhere.

    Raises ValueError for anything that is not the plain spelling of one address (zone ids included).
    """
    found = ip_address(address) if isinstance(address, str) else address
    if isinstance(found, IPv4Address):
        name = next((name for network, name in _IPV4 if found in network), None)
    elif found.scope_id is not None:
        raise ValueError("an address with a zone is not global")
    else:
        name = next((name for network, name in _IPV6 if found in network), None)
        if name is None and found not in _GLOBAL_IPV6:
            name = "reserved"
    if name is None and (found.is_multicast or not found.is_global):
        name = "reserved"
    return name
