"""One request from a process without an event loop (pages, tasks): same egress, whole answer, bounded."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp

from panel.outbound.guard.egress import Egress, Hosts, Lookup, system_lookup, translated
from panel.outbound.guard.errors import EgressError

MAX_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Fetched:
    """`seconds` from the request to the last byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


def probe(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    allowed: Hosts = (),
    timeout: float = 15.0,
    max_bytes: int = MAX_BYTES,
    lookup: Lookup = system_lookup,
) -> Fetched:
    """`timeout` in seconds for everything. Raises EgressError. Not for a thread with a running event loop."""
    return asyncio.run(_probe(method, url, headers, body, allowed, timeout, max_bytes, lookup))


async def _probe(
    method: str,
    url: str,
    headers: Mapping[str, str] | None,
    body: bytes | None,
    allowed: Hosts,
    seconds: float,
    max_bytes: int,
    lookup: Lookup,
) -> Fetched:
    egress, began = Egress(lambda: allowed, lookup=lookup), time.monotonic()
    try:
        async with asyncio.timeout(seconds):
            response = await egress.request(method, url, headers=headers, body=body, read_timeout=seconds)
            async with response:
                content = await read(response, max_bytes)
            return Fetched(response.status, dict(response.headers), content, time.monotonic() - began)
    except TimeoutError:
        raise EgressError("timeout", "There was no answer in time.") from None
    finally:
        await egress.close()


async def read(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """The whole body. Raises EgressError (too_large, cut, timeout)."""
    parts, size = [], 0
    try:
        async for part in response.content.iter_any():
            size += len(part)
            if size > max_bytes:
                response.close()
                raise EgressError("too_large", f"The answer has more than {max_bytes} bytes.")
            parts.append(part)
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        response.close()
        raise translated(error, response.url.host or "") from None
    return b"".join(parts)
