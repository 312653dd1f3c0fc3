"""The gateway's ASGI application for /v1 and /stream: no framework, no Django, an OpenAI error object for every failure."""

import logging

import orjson

from accounts.credentials.rules import life
from assistants.gateway.engine import chat, request
from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.config import from_environment
from assistants.gateway.engine.errors import ApiError, where
from assistants.gateway.engine.ledger.payload import name_subject
from assistants.gateway.engine.playground import entry as playground
from assistants.gateway.engine.playground import visit, watch
from assistants.gateway.engine.service import Service
from assistants.gateway.engine.state.identity import identify
from assistants.gateway.engine.state.snapshot import LIVE, Assistant
from assistants.gateway.engine.wire import ClientGone, Headers, Receive, Scope, Send, answer, read_body
from assistants.gateway.rules import TURNED_AWAY
from panel.kernel import clock

log = logging.getLogger("panel.gateway")
CHAT = "/v1/chat/completions"
MODELS = "/v1/models"
# Streams of the panel's own pages, each opened by a ticket.
STREAMS = {playground.ROUTE: playground.serve, visit.ROUTE: visit.serve, watch.ROUTE: watch.serve}
# Which scopes open a route, the one that is meant for it first.
SCOPES = {
    CHAT: (life.CHAT,),
    MODELS: (life.MODELS, life.CHAT),
    f"{MODELS}/{{id}}": (life.MODELS, life.CHAT),
}
POSTED = {CHAT, *STREAMS}
_service: Service | None = None


async def startup(service: Service | None = None) -> None:
    """Start the worker's parts; called once by the ASGI lifespan."""
    global _service  # noqa: PLW0603 - ASGI gives an application one process-wide life
    _service = service or Service(from_environment())
    await _service.start()


async def shutdown() -> None:
    if _service is not None:
        await _service.close()


def health() -> dict[str, object]:
    """What /ready and the metrics say of this worker."""
    return _service.health() if _service else {"spool_ready": False}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request under /v1 or /stream."""
    call = Call(route=_route(scope))
    service = _service
    if service is None:
        error = ApiError("gateway_stopped")
        await answer(send, error.status, error.body(), call.headers)
        return
    try:
        await _dispatch(service, call, scope, receive, send)
    except ClientGone:
        await _refuse(service, call, scope, ApiError("client_closed"), None)
        # A client that broke the framing is still there; unanswered, the server would show it a fault of ours.
        await answer(send, 400, ApiError("invalid_json", "The request broke off.").body(), call.headers)
    except ApiError as error:
        await _refuse(service, call, scope, error, send)
    except Exception as error:  # noqa: BLE001 - the last door: whatever happens, the client gets an error object
        log.error("Call %s failed: %s", call.request_id, where(error))  # noqa: TRY400 - a traceback may quote a prompt
        await _refuse(service, call, scope, ApiError("internal_error"), send)


def _route(scope: Scope) -> str:
    path = str(scope["path"]).rstrip("/")
    if path.startswith(f"{MODELS}/"):
        return f"{MODELS}/{{id}}"
    if path in {CHAT, MODELS, *STREAMS}:
        return path
    return "/stream/*" if path.startswith("/stream") else "/v1/*"


async def _dispatch(service: Service, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
    service.require_service()
    if call.route.endswith("/*"):
        raise ApiError("unknown_url")
    allowed = "POST" if call.route in POSTED else "GET"
    if scope["method"] != allowed:
        raise ApiError("method_not_allowed", f"This address takes {allowed}.")
    if call.route in STREAMS:
        return await STREAMS[call.route](service, call, scope, receive, send)
    await identify(service.feed, service.checked, call, scope, SCOPES[call.route])
    if call.route == CHAT:
        await _chat(service, call, scope, receive, send)
    else:
        await _models(service, call, scope, send)
    return None


async def _chat(service: Service, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
    raw = await read_body(scope, receive, limit=service.config.body_limit, seconds=service.config.body_seconds)
    call.bytes_in = len(raw)
    body = request.parse(scope, raw)
    request.check(body)
    name_subject(call, body, service.snapshot.subject_key, scope["headers"])
    call.stream = bool(body.get("stream"))
    await chat.complete(service, call, body, receive, send)


async def _models(service: Service, call: Call, scope: Scope, send: Send) -> None:
    found = [one for one in service.snapshot.assistants.values() if _offered(call, one)]
    value: dict[str, object] = {"object": "list", "data": [_model(one) for one in found]}
    if call.route != MODELS:
        wanted = str(scope["path"])[len(MODELS) + 1 :].rstrip("/")
        named = [one for one in found if one.slug == wanted]
        if not named:
            raise ApiError("model_not_found", param="model")
        value = _model(named[0])
    await answer(send, 200, orjson.dumps(value), call.headers)


def _offered(call: Call, one: Assistant) -> bool:
    now = clock.now().timestamp()
    return one.state == LIVE and call.key is not None and call.key.may_call(one.id, now)


def _model(one: Assistant) -> dict[str, object]:
    return {"id": one.slug, "object": "model", "created": one.created, "owned_by": "clawpanel"}


async def _refuse(service: Service, call: Call, scope: Scope, error: ApiError, send: Send | None) -> None:
    """Record the refusal, then say it. A caller without a key is counted; the others have a record each."""
    call.error, call.status = error.code, error.status
    if error.code in TURNED_AWAY and not call.known:
        client = scope.get("client") or ("", 0)
        address = str(client[0])
        service.refusals.add(route=call.route, code=error.code, address=address, key=service.snapshot.subject_key)
    elif call.known and call.route in POSTED and not call.recorded:
        error = await _recorded(service, call, error)
    gone = send is None or error.code in {"client_closed", "client_too_slow"}
    if gone or call.started or send is None:
        return
    headers: Headers = list(call.headers)
    if error.retry_after:
        headers.append((b"retry-after", error.retry_after.encode()))
    if error.code == "method_not_allowed":
        headers.append((b"allow", b"POST" if call.route in POSTED else b"GET"))
    await answer(send, error.status, error.body(), headers)


async def _recorded(service: Service, call: Call, error: ApiError) -> ApiError:
    try:
        await service.record(call)
    except ApiError as unwritten:
        return unwritten
    return error
