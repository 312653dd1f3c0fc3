"""One chat completion: guard, provider, guard, record, answer. The same road for JSON and for streams."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from assistants.gateway.engine import provider, request
from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.errors import ApiError, Blocked, where
from assistants.gateway.engine.relay import DONE, Relay
from assistants.gateway.engine.service import Service
from assistants.gateway.engine.state import gate
from assistants.gateway.engine.state.snapshot import LIVE, PAUSED, Assistant, Version
from assistants.gateway.engine.wire import Receive, Send, answer, begin_events, part
from assistants.guard.engine.pipeline import Inspection, OutputGuard, Policy, inspect_answer, inspect_request
from assistants.providers.engine.upstream import Reply, Target, UpstreamError
from panel.kernel import clock

log = logging.getLogger("panel.gateway")
_OUTPUT = ("output_secrets", "output_pii", "output_leak", "output_links")
DRAIN_SECONDS = 1.0


Chosen = tuple[Version, Policy, Target]


def choose(service: Service, call: Call, body: dict[str, Any]) -> Chosen:
    """The live version behind the client's model name. Raises ApiError; out of scope looks like not there."""
    snapshot = service.snapshot
    found: Assistant | None = snapshot.assistants.get(body["model"])
    now = clock.now().timestamp()
    if found is None or call.key is None or not call.key.may_call(found.id, now) or found.state not in {LIVE, PAUSED}:
        raise ApiError("model_not_found", param="model")
    call.assistant = found
    if found.state == PAUSED:
        raise ApiError("assistant_paused")
    version = found.version
    policy = snapshot.policy_of(version) if version else None
    target = snapshot.targets.get(version.provider) if version else None
    if version is None or policy is None or target is None:
        raise ApiError("assistant_unavailable")
    return version, policy, target


@asynccontextmanager
async def watched(call: Call, receive: Receive) -> AsyncIterator[None]:
    """While inside, a client that leaves ends the call, wherever it is."""

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        call.abort("client_closed")

    watcher = asyncio.create_task(watch())
    try:
        yield
    finally:
        watcher.cancel()


async def complete(service: Service, call: Call, body: dict[str, Any], receive: Receive, send: Send) -> None:
    """Answer one request of an API key. Raises ApiError as `serve` does."""
    await serve(service, call, body, receive, send, choose(service, call, body))


async def serve(
    service: Service, call: Call, body: dict[str, Any], receive: Receive, send: Send, chosen: Chosen
) -> None:
    """The one road of every call. Raises ApiError before the first byte was sent; afterwards it ends the stream itself."""
    service.require_room()
    with service.live.entered(call):
        try:
            async with watched(call, receive):
                await _answer(service, call, body, send, chosen)
        except asyncio.CancelledError:
            if not call.reason or call.task is None:
                service.leave(call)
                raise
            call.task.uncancel()
            raise ApiError(call.reason) from None


async def _answer(service: Service, call: Call, body: dict[str, Any], send: Send, chosen: Chosen) -> None:
    version, policy, target = chosen
    await gate.require(service.feed, call)
    call.mark("guard")
    inspection = inspect_request(
        body, policy, service.snapshot.known, system_prompt=version.system_prompt, body_bytes=call.bytes_in
    )
    call.inspection = inspection
    call.verdicts = list(inspection.verdicts)
    if call.inspected is not None:
        await call.inspected()
    if call.assistant is not None and call.assistant.store_content:
        call.request = {"messages": body["messages"]}  # of a blocked call too: it is the one that people look into
    if inspection.action == "block":
        raise ApiError("content_blocked")
    call.mark("upstream")
    reply = await provider.ask(service.upstreams.of(target), request.outgoing(inspection.body, version))
    try:
        call.upstream_status = reply.status
        call.mark("head")
        if reply.status != 200:
            raise await provider.refusal(reply)
        if call.stream:
            await _stream(service, call, body, send, reply, policy)
        else:
            await _whole(service, call, send, reply, policy)
    finally:
        await reply.close()


async def _whole(service: Service, call: Call, send: Send, reply: Reply, policy: Policy) -> None:
    found = await provider.document(reply)
    call.mark("upstream_end")
    assert call.inspection is not None and call.assistant is not None  # noqa: S101, PT018 - set by the road above
    provider.count(call, found.get("usage"))
    guarded = inspect_answer(found, policy, call.inspection)
    call.verdicts += guarded.verdicts
    call.out_stages = guarded.stages
    if guarded.blocked is not None:
        raise ApiError("answer_blocked")
    value = {**guarded.body, "id": f"chatcmpl-{call.id.hex}", "model": call.assistant.slug}
    if holds_back(policy, call.inspection):
        value["choices"] = [{**choice, "logprobs": None} for choice in value["choices"]]
    call.answer = value["choices"] if call.request is not None else None
    data = orjson.dumps(value)
    call.status, call.bytes_out = 200, len(data)
    call.mark("first")
    await service.record(call)
    call.started = True
    await answer(send, 200, data, call.headers)


def holds_back(policy: Policy, inspection: Inspection) -> bool:
    """The way out may change or stop a text: then the probabilities of its tokens would tell what was taken away."""
    return len(inspection.vault) > 0 or any(policy.stage(name).mode in {"redact", "block"} for name in _OUTPUT)


async def _stream(service: Service, call: Call, body: dict[str, Any], send: Send, reply: Reply, policy: Policy) -> None:
    if not provider.is_stream(reply):
        raise ApiError("provider_invalid")
    assert call.inspection is not None and call.assistant is not None  # noqa: S101, PT018 - set by the road above
    relay = Relay(
        call,
        OutputGuard(policy, call.inspection),
        model=call.assistant.slug,
        usage=request.wants_usage(body),
        choices=body.get("n") or 1,
        probabilities=not holds_back(policy, call.inspection),
    )
    await begin_events(send, call.headers)
    call.started = True
    try:
        await _relay(service, call, send, reply, relay)
    except asyncio.CancelledError:
        if not call.reason or call.task is None:
            raise
        call.task.uncancel()
        await _stop(service, call, send, relay, ApiError(call.reason))
    except ApiError as error:
        await _stop(service, call, send, relay, error)
    except Exception as error:  # noqa: BLE001 - the answer has begun: only the stream itself can still say so
        log.error("Call %s failed: %s", call.request_id, where(error))  # noqa: TRY400 - a traceback may quote a prompt
        await _stop(service, call, send, relay, ApiError("internal_error"))


async def _relay(service: Service, call: Call, send: Send, reply: Reply, relay: Relay) -> None:
    chunks = aiter(reply.chunks())
    try:
        while not relay.complete or not relay.done:
            chunk = await anext(chunks, None)
            if chunk is None:
                break
            await _pass(call, send, relay.feed(chunk))
        rest = relay.end()
    except UpstreamError as error:
        raise provider.translated(error) from None
    except Blocked:
        raise ApiError("answer_blocked") from None
    if not relay.complete:
        raise ApiError("provider_cut")
    await _pass(call, send, rest)
    call.mark("upstream_end")
    _settle(call, relay, 200)
    tail = bytes(relay.tail) + DONE
    call.bytes_out += len(tail)
    await service.record(call)
    await part(send, tail, more=False)
    await _drain(chunks)


async def _pass(call: Call, send: Send, data: bytes) -> None:
    """Send, and be seen waiting: a client that takes nothing for long is let go."""
    if data:
        call.bytes_out += len(data)
        call.sending_since = time.monotonic()
        await part(send, data)
        call.sending_since = None


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read the provider's last bytes, so that its connection can be used again."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in chunks:
                pass
    except (TimeoutError, UpstreamError):
        return


def _settle(call: Call, relay: Relay, status: int) -> None:
    """Write down what the answer was. A stream without usage is estimated: about four characters a token."""
    call.status = status
    call.verdicts += relay.guard.verdicts
    call.out_stages = relay.guard.stages
    call.estimated = relay.tokens is None
    call.tokens_in, call.tokens_out = relay.tokens or (0, -(-relay.characters // 4))
    if call.request is not None:
        call.answer = [{"index": number, "content": "".join(text)} for number, text in relay.released.items()]


async def _stop(service: Service, call: Call, send: Send, relay: Relay, error: ApiError) -> None:
    """The stream ends badly: the record first, then the reason, and no [DONE]."""
    call.mark("upstream_end")
    call.error = error.code
    call.sending_since = None
    _settle(call, relay, error.status)
    try:
        await service.record(call)
    except ApiError as unwritten:
        error = unwritten
    if error.code not in {"client_closed", "client_too_slow"}:
        await part(send, relay.stopped(error), more=False)
