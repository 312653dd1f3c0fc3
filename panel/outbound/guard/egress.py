"""The only way out of the house: every request of gateway and panel to another host passes an `Egress`.

A name is resolved once, every address it has must be allowed, and exactly one of those is dialled, under the name (SNI,
Host). So a name that changes its mind between check and connect changes nothing. No redirects, no proxies, no cookies.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from ipaddress import ip_address
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from panel.outbound.guard.addresses import why_not
from panel.outbound.guard.destination import Destination, parse
from panel.outbound.guard.errors import EgressError

Hosts = Collection[tuple[str, int]]
Lookup = Callable[[str, int], Awaitable[list[str]]]
CONNECT_TIMEOUT: Final = 5.0  # seconds, for the name, the line and TLS together
READ_TIMEOUT: Final = 120.0  # seconds without a byte


async def system_lookup(host: str, port: int) -> list[str]:
    """Every address the system's resolver has for a name. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Egress:
    """Make one per event loop and close it. `allowed` gives the hosts that may be private, as (host, port), at any time."""

    def __init__(
        self, allowed: Callable[[], Hosts] = tuple, *, lookup: Lookup = system_lookup, connections: int = 100
    ) -> None:
        self._allowed = allowed
        self._lookup = lookup
        self._exempt: set[tuple[str, int]] = set()
        self._private: set[tuple[str, int]] = set()
        connector = aiohttp.TCPConnector(
            resolver=_Vetted(self),
            use_dns_cache=False,
            limit=0,
            limit_per_host=connections,
            socket_factory=self._socket,
            keepalive_timeout=30,
        )
        timeout = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=CONNECT_TIMEOUT, sock_read=READ_TIMEOUT)
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=timeout,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"Accept-Encoding": "identity", "User-Agent": "ClawPanel"},
        )

    async def close(self) -> None:
        await self._session.close()

    def vet(self, url: str) -> Destination:
        """The destination of a URL, as far as it can be judged without a look-up. Raises EgressError."""
        found = parse(url)
        if found.key in self._allowed():
            return found
        if found.scheme == "http":
            raise EgressError("refused_url", "Without TLS only hosts on the allow-list can be called.")
        if found.address is not None and (name := why_not(found.address)):
            raise _refused(found.host, name)
        if found.key in self._private:
            raise _refused(found.host, "private")
        return found

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        read_timeout: float = READ_TIMEOUT,
    ) -> aiohttp.ClientResponse:
        """The response as soon as its head is there; the caller closes it. Redirects come back as they are.

        `read_timeout`: seconds without a byte. Raises EgressError. Cancelling closes the line.
        """
        destination = self.vet(url)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT, sock_read=read_timeout)
        try:
            return await self._session.request(
                method,
                URL(destination.url, encoded=True),
                headers=headers,
                data=body,
                allow_redirects=False,
                timeout=timeout,
            )
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise translated(error, destination.host) from None

    async def addresses(self, host: str, port: int) -> list[str]:
        """The vetted addresses of a name: one bad address condemns them all. Raises EgressError."""
        try:
            found = await asyncio.wait_for(self._lookup(host, port), CONNECT_TIMEOUT)
        except (TimeoutError, OSError, UnicodeError):
            raise EgressError("unresolvable", f"The name {host} has no address.") from None
        if not found:
            raise EgressError("unresolvable", f"The name {host} has no address.")
        exempt = (host, port) in self._allowed()
        for address in found:
            name = _range(address)
            if name is None:
                continue
            if not exempt:
                raise _refused(host, name)
            self._private.add((host, port))
            self._exempt.add((address, port))
        return found

    def _socket(self, info: Any) -> socket.socket:
        """The last look, at the address that is dialled right now; also for addresses that stood in the URL."""
        family, kind, protocol, _, place = info
        host, port = str(place[0]), int(place[1])
        name = _range(host)
        if name and (host, port) not in self._exempt and (host, port) not in self._allowed():
            raise _refused(host, name)
        return socket.socket(family, kind, protocol)


class _Vetted(AbstractResolver):
    def __init__(self, egress: Egress) -> None:
        self._egress = egress

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._egress.addresses(host, port)
        ]

    async def close(self) -> None:
        """Nothing is held."""


def translated(error: BaseException, host: str) -> EgressError:
    """What went wrong on the line, as an EgressError; texts of libraries are not passed on, they may quote headers."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, EgressError):
            return cause
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return EgressError("tls", f"{host} could not prove who it is (TLS).")
    if isinstance(error, asyncio.TimeoutError):
        return EgressError("timeout", f"{host} did not answer in time.")
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError):
        return EgressError("cut", f"{host} broke off its answer.")
    return EgressError("unreachable", f"{host} cannot be reached.")


def _range(address: str) -> str | None:
    try:
        return why_not(ip_address(address))
    except ValueError:
        return "unreadable"


def _refused(host: str, name: str) -> EgressError:
    return EgressError(
        "refused_address", f"{host} is not a public address ({name}). An administrator can allow this host."
    )
