"""A line to a mail server: the same judgement as for a request, then one plain connection to a vetted address."""

import asyncio
import contextlib
import socket

from panel.outbound.guard.destination import host_and_port
from panel.outbound.guard.egress import CONNECT_TIMEOUT, Egress, Hosts, Lookup, system_lookup
from panel.outbound.guard.errors import EgressError


def dial(
    host: str, port: int, *, secure: bool, allowed: Hosts, timeout: float, lookup: Lookup = system_lookup
) -> socket.socket:
    """A connected socket; `timeout` in seconds for each later read and write. Raises EgressError.

    Without TLS (`secure` False) only hosts on the allow-list are called. Not for a thread with a running event loop.
    """
    name, port = host_and_port(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    if not secure and (name, port) not in allowed:
        raise EgressError("refused_url", "Without TLS only hosts on the allow-list can be called.")
    for address in asyncio.run(_addresses(name, port, allowed, lookup)):
        with contextlib.suppress(OSError):
            line = socket.create_connection((address, port), timeout=CONNECT_TIMEOUT)
            line.settimeout(timeout)
            return line
    raise EgressError("unreachable", f"{name} cannot be reached on port {port}.")


async def _addresses(host: str, port: int, allowed: Hosts, lookup: Lookup) -> list[str]:
    egress = Egress(lambda: allowed, lookup=lookup)
    try:
        return await egress.addresses(host, port)
    finally:
        await egress.close()
