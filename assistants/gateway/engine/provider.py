"""The provider's side of a call: asking, once more when nothing was sent, and its refusals in the panel's words."""

import asyncio
from typing import Any

import orjson

from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.errors import ApiError
from assistants.providers.engine.upstream import Reply, Upstream, UpstreamError

PATH = "chat/completions"
_CODES = {
    "refused_address": "provider_unreachable",
    "refused_url": "provider_unreachable",
    "unresolvable": "provider_unreachable",
    "unreachable": "provider_unreachable",
    "tls": "provider_unreachable",
    "timeout": "provider_timeout",
    "cut": "provider_cut",
    "too_large": "provider_invalid",
}
_PASSED = frozenset({400, 409, 413, 422})
RETRY_SECONDS = 0.05


def translated(error: UpstreamError) -> ApiError:
    return ApiError(_CODES.get(error.code, "provider_failed"))


async def ask(upstream: Upstream, body: bytes) -> Reply:
    """The head of the provider's answer. One more try when no head came: no connection, or a kept one that the provider
    had closed meanwhile. Raises ApiError."""
    try:
        return await upstream.post(PATH, body)
    except UpstreamError as error:
        if error.code not in {"unreachable", "cut"}:
            raise translated(error) from None
    await asyncio.sleep(RETRY_SECONDS)
    try:
        return await upstream.post(PATH, body)
    except UpstreamError as error:
        raise translated(error) from None


async def refusal(reply: Reply) -> ApiError:
    """What a provider's error means for the client. Its words are not passed on: they may quote keys or prompts."""
    retry = _header(reply, "retry-after")[:40]
    retry = retry if retry.isascii() and retry.isprintable() else ""
    if reply.status == 429:
        return ApiError("provider_rate_limited", retry_after=retry)
    if reply.status in _PASSED:
        return ApiError("provider_rejected", param=await _param(reply), status=reply.status)
    if reply.status in {401, 403, 404}:
        return ApiError("provider_refused")
    return ApiError("provider_failed", retry_after=retry, status=503 if reply.status == 503 else 502)


async def _param(reply: Reply) -> str | None:
    """The field that the provider names, when it is a plain word."""
    try:
        error = orjson.loads(await reply.read())["error"]
        param = error["param"]
    except (orjson.JSONDecodeError, UpstreamError, KeyError, TypeError):
        return None
    plain = isinstance(param, str) and len(param) <= 64 and param.replace("_", "").replace(".", "").isalnum()
    return param if plain and param.isascii() else None


async def document(reply: Reply) -> dict[str, Any]:
    """A whole JSON answer with its choices. Raises ApiError."""
    try:
        found = orjson.loads(await reply.read())
    except UpstreamError as error:
        raise translated(error) from None
    except orjson.JSONDecodeError:
        raise ApiError("provider_invalid") from None
    choices = found.get("choices") if isinstance(found, dict) else None
    if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
        raise ApiError("provider_invalid")
    return dict(found)


def is_stream(reply: Reply) -> bool:
    return _header(reply, "content-type").lower().startswith("text/event-stream")


def _header(reply: Reply, name: str) -> str:
    return next((value for key, value in reply.headers.items() if key.lower() == name), "")


def count(call: Call, usage: Any) -> None:
    """Tokens as the provider counts them."""
    if isinstance(usage, dict):
        found = usage.get("prompt_tokens"), usage.get("completion_tokens")
        call.tokens_in, call.tokens_out = (value if isinstance(value, int) else 0 for value in found)
    else:
        call.estimated = True
