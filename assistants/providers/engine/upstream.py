"""What the gateway asks of a provider, whoever answers: a company's endpoint or the built-in demo."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class UpstreamError(Exception):
    """The provider could not be asked or did not answer to the end. The sentence never holds a key or a body.

    `code` is one of panel.outbound.guard.errors: refused_url, refused_address, unresolvable, unreachable, tls, timeout, cut,
    too_large.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Target:
    """One provider as the snapshot knows it. `key` is the clear API key; it is never shown by `repr`."""

    kind: str
    base_url: str = ""
    key: str = field(default="", repr=False)
    read_timeout: float = 120.0


class Reply(Protocol):
    """An answer whose head has arrived. Close it in every case; closing early drops the connection."""

    status: int
    headers: Mapping[str, str]

    async def read(self) -> bytes:
        """The whole body. Raises UpstreamError (cut, timeout, too_large)."""

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes, in pieces of any size. Raises UpstreamError (cut, timeout)."""

    async def close(self) -> None:
        """Frees the connection; an answer that was not read to its end is cancelled at the provider."""


class Upstream(Protocol):
    """Speaks the OpenAI wire format. A path is relative to the base URL: `chat/completions`."""

    async def post(self, path: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Sends JSON, returns when the head is there. Raises UpstreamError; cancelling the task closes the line."""

    async def get(self, path: str) -> Reply:
        """As `post`, without a body."""
