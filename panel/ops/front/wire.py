"""ASGI's shapes, and the headers that may pass the front."""

import ipaddress
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from uuid import uuid4

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# RFC 9110, 7.6.1, and what the front sets anew.
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade".split()
)
SET_ANEW = frozenset(b"content-length expect forwarded x-real-ip x-request-id".split())
# For answers of the front's own: text that no browser may take for a page.
BARE = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(text: str) -> list[_Network]:
    """Addresses and networks, separated by commas. Raises ValueError for anything else."""
    return [ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]


def header(scope: Scope, name: bytes) -> str:
    """The last value of a request header, or an empty string."""
    found = [value for key, value in scope["headers"] if key.lower() == name]
    return found[-1].decode("latin-1") if found else ""


def _trusted(address: str, proxies: Iterable[_Network]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in proxies)


def origin(scope: Scope, proxies: list[_Network]) -> tuple[str, str]:
    """Whose request this is: (address, scheme). A proxy's word counts only when the proxy is a named one."""
    peer = str((scope.get("client") or ("", 0))[0])
    if not proxies or not _trusted(peer, proxies):
        return peer, str(scope.get("scheme", "http"))
    address = peer
    for hop in reversed(header(scope, b"x-forwarded-for").split(",")):
        if hop.strip():
            address = hop.strip()
            if not _trusted(address, proxies):
                break
    scheme = header(scope, b"x-forwarded-proto").rsplit(",", 1)[-1].strip()
    return address, scheme if scheme in {"http", "https"} else str(scope.get("scheme", "http"))


def forwarded(scope: Scope) -> bool:
    """Some proxy passed this on, named or not."""
    names = {key.lower() for key, _ in scope["headers"]}
    return any(name in names for name in (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via"))


def request_headers(scope: Scope, proxies: list[_Network], size: int) -> list[tuple[str, str]]:
    """What the panel process gets to see. WSGI reads `_` and `-` alike, so a name with `_` could pose as one of ours."""
    named = {part.strip().lower() for part in header(scope, b"connection").encode("latin-1").split(b",")}
    kept = [
        (key.decode("latin-1"), value.decode("latin-1"))
        for key, value in ((key.lower(), value) for key, value in scope["headers"])
        if key not in HOP_BY_HOP
        and key not in SET_ANEW
        and key not in named
        and b"_" not in key
        and not key.startswith(b"x-forwarded-")
    ]
    address, scheme = origin(scope, proxies)
    kept += [("x-forwarded-for", address), ("x-forwarded-proto", scheme), ("x-request-id", uuid4().hex)]
    if size or scope["method"] in {"POST", "PUT", "PATCH"}:
        kept.append(("content-length", str(size)))
    return kept


def answer_headers(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    return [(key.lower(), value) for key, value in raw if key.lower() not in HOP_BY_HOP]


async def reply(
    send: Send, status: int, body: bytes, kind: bytes = b"text/plain; charset=utf-8", *more: tuple[bytes, bytes]
) -> None:
    """A whole answer of the front's own."""
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *BARE,
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
