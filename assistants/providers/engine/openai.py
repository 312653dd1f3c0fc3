"""Any endpoint that speaks the OpenAI wire format, reached through the egress guard."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

import aiohttp

from assistants.providers.engine.upstream import Reply, Target, UpstreamError
from panel.outbound.guard.egress import Egress, translated
from panel.outbound.guard.errors import EgressError

MAX_ANSWER: Final = 64_000_000  # bytes of a JSON answer


class OpenAI:
    """Cheap to make: one per request is fine, the lines are kept by the egress."""

    def __init__(self, target: Target, egress: Egress) -> None:
        self._target = target
        self._egress = egress

    async def post(self, path: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
        return await self._ask("POST", path, body, {"Content-Type": "application/json", **(headers or {})})

    async def get(self, path: str) -> Reply:
        return await self._ask("GET", path, None, {})

    async def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        key = {"Authorization": f"Bearer {self._target.key}"} if self._target.key else {}
        url = f"{self._target.base_url.rstrip('/')}/{path}"
        try:
            response = await self._egress.request(
                method, url, headers={**headers, **key}, body=body, read_timeout=self._target.read_timeout
            )
        except EgressError as error:
            raise UpstreamError(error.code, error.sentence) from None
        except ValueError:
            # a header that cannot be sent, such as a key with a line break; the library's text would quote it
            raise UpstreamError("unreachable", "The request could not be written.") from None
        return HttpReply(response)


class HttpReply:
    """The head has arrived; the body comes as the provider sends it."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    async def read(self) -> bytes:
        parts, size = [], 0
        async for part in self.chunks():
            size += len(part)
            if size > MAX_ANSWER:
                raise UpstreamError("too_large", "The provider's answer is too large.")
            parts.append(part)
        return b"".join(parts)

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._response.content.iter_any():
                yield part
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            found = translated(error, self._response.url.host or "")
            raise UpstreamError(found.code, found.sentence) from None

    async def close(self) -> None:
        self._response.close()
