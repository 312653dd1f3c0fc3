"""The client's request, checked as far as it is used, and what of it goes to the provider."""

from typing import Any

import orjson

from assistants.gateway.engine.errors import ApiError
from assistants.gateway.engine.state.snapshot import Version
from assistants.gateway.engine.wire import Scope, header

_CAPS = ("max_tokens", "max_completion_tokens")


def parse(scope: Scope, raw: bytes) -> dict[str, Any]:
    """The body as an object whose `model` and `messages` can be used. Raises ApiError."""
    kind = header(scope, b"content-type").split(b";", 1)[0].strip().lower()
    if kind != b"application/json":
        raise ApiError("unsupported_media_type")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise ApiError("invalid_json", "The body is not valid JSON.") from None
    except RecursionError:
        raise ApiError("invalid_json", "The JSON is nested too deeply.") from None
    if not isinstance(body, dict):
        raise ApiError("invalid_json")
    return body


def check(body: dict[str, Any]) -> None:
    """Only what the panel itself reads; the rest is between the client and the provider. Raises ApiError."""
    if "model" not in body:
        raise ApiError("missing_required_parameter", "Say which assistant in 'model'.", param="model")
    if not isinstance(body["model"], str):
        raise ApiError("invalid_value", "'model' is the name of an assistant.", param="model")
    messages = body.get("messages")
    if messages is None:
        raise ApiError("missing_required_parameter", "There are no 'messages'.", param="messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(one, dict) for one in messages):
        raise ApiError("invalid_value", "'messages' is a list of at least one message.", param="messages")
    if not all(isinstance(one.get("role"), str | None) for one in messages):
        raise ApiError("invalid_value", "A message's 'role' is a text.", param="messages")
    _check_options(body)


def _check_options(body: dict[str, Any]) -> None:
    for name in _CAPS:
        if body.get(name) is not None and (type(body[name]) is not int or body[name] < 1):
            raise ApiError("invalid_value", f"'{name}' is a whole number from 1.", param=name)
    if not isinstance(body.get("stream"), bool | None):
        raise ApiError("invalid_value", "'stream' is true or false.", param="stream")
    count = body.get("n")
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 128):
        raise ApiError("invalid_value", "'n' is a whole number from 1 to 128.", param="n")
    options = body.get("stream_options")
    if options is not None and not isinstance(options, dict):
        raise ApiError("invalid_value", "'stream_options' is an object.", param="stream_options")
    if body.get("tools") is not None and not isinstance(body["tools"], list):
        raise ApiError("invalid_value", "'tools' is a list.", param="tools")


def outgoing(guarded: dict[str, Any], version: Version) -> bytes:
    """What the provider gets: every turn and field of the client's guarded request under the published version.

    The version's model replaces the slug, its prompt stands first, its parameters fill what the client left open, its
    token limit is an upper bound, its tools come before the client's. Always re-serialised: a body with a repeated
    member would otherwise be read in one way here and in another by the provider.
    """
    body = {**version.parameters, **guarded, "model": version.model}
    if version.system_prompt:
        body["messages"] = [{"role": "system", "content": version.system_prompt}, *guarded["messages"]]
    if version.tools:
        body["tools"] = [*version.tools, *(guarded.get("tools") or [])]
    limit = version.parameters.get("max_tokens")
    if limit is not None:
        _bound(body, guarded, limit)
    if body.get("stream"):
        body["stream_options"] = {**(body.get("stream_options") or {}), "include_usage": True}
    return orjson.dumps(body)


def _bound(body: dict[str, Any], guarded: dict[str, Any], limit: int) -> None:
    """A limit of null is no limit at all to a provider, so it counts as not given."""
    asked = [name for name in _CAPS if guarded.get(name) is not None]
    for name in _CAPS:
        body.pop(name, None)
    for name in asked or ["max_tokens"]:
        body[name] = min(guarded.get(name) or limit, limit)


def wants_usage(body: dict[str, Any]) -> bool:
    return bool((body.get("stream_options") or {}).get("include_usage"))
