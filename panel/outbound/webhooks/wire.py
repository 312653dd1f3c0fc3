"""One request to an endpoint, through the egress guard; no redirect is followed and little of the answer is read."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from panel.outbound.guard.egress import Egress, Hosts, Lookup, system_lookup, translated
from panel.outbound.guard.errors import EgressError


@dataclass(frozen=True)
class Answer:
    """`problem` is the guard's code, "status" for an answer that is no success, or ""; `said` the guard's sentence."""

    problem: str = ""
    status: int = 0
    ms: int = 0
    body: bytes = b""
    said: str = ""


def post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    allowed: Hosts,
    timeout: float,
    read: int,
    lookup: Lookup = system_lookup,
    method: str = "POST",
) -> Answer:
    """`timeout` in seconds for everything; `read`: how many bytes of the answer are kept. Raises nothing."""
    began = time.monotonic()
    try:
        status, head = asyncio.run(_send(method, url, headers, body, allowed, timeout, read, lookup))
    except EgressError as error:
        return Answer(error.code, 0, _ms(began), b"", error.sentence)
    return Answer("" if 200 <= status < 300 else "status", status, _ms(began), head)


def vet(url: str, allowed: Hosts) -> str:
    """The plain spelling of a URL that may be called. Raises EgressError."""
    return asyncio.run(_vet(url, allowed))


def _ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


async def _vet(url: str, allowed: Hosts) -> str:
    egress = Egress(lambda: allowed)
    try:
        return egress.vet(url).url
    finally:
        await egress.close()


async def _send(
    method: str, url: str, headers: Mapping[str, str], body: bytes, allowed: Hosts, seconds: float, read: int,
    lookup: Lookup,
) -> tuple[int, bytes]:  # fmt: skip
    egress = Egress(lambda: allowed, lookup=lookup)
    try:
        async with asyncio.timeout(seconds):
            response = await egress.request(method, url, headers=headers, body=body, read_timeout=seconds)
            head = b""
            try:
                while len(head) < read and (part := await response.content.read(read - len(head))):
                    head += part
            except (TimeoutError, aiohttp.ClientError, OSError) as error:
                raise translated(error, response.url.host or "") from None
            finally:
                response.close()
            return response.status, head
    except TimeoutError:
        raise EgressError("timeout", "There was no answer in time.") from None
    finally:
        await egress.close()
