"""The record of a call as it goes to the spool: statistics and verdicts, no text and no more of an address than its /24.

Content, when the assistant stores it, is sealed to the worker's public key: this process cannot read it back.
Field names are the contract with `conversations.services.keeping.store`; times are microseconds from the call's begin.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterable
from typing import Any

import orjson

from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.errors import ApiError
from assistants.gateway.engine.ledger import pseudonyms
from assistants.gateway.engine.state import gate
from assistants.gateway.engine.state.snapshot import NOTHING, PSEUDONYMISED, Snapshot
from assistants.guard.rules import presets as guard
from panel.kernel.crypto import envelope

CONTENT_LIMIT = 2 * 1024 * 1024
VERDICT_LIMIT = 200


HEADER = b"x-end-user-id"
WHO = b"who"
"""What is sealed for another part of the record than its content has another context."""


def name_subject(call: Call, body: dict[str, Any], key: bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Who this call is about: the end user whom the client names in the body or in the header `X-End-User-Id`, as a keyed
    digest, else the API key's one subject (HOUSE, mechanism 12), which the worker knows by the key's id. Raises ApiError: what
    cannot be read as one name may not fall back to another person."""
    named = body.get("safety_identifier") or body.get("user")
    if not named:
        told = {value.decode("utf-8", "replace").strip() for name, value in headers if name == HEADER} or {""}
        if len(told) > 1:
            raise ApiError("invalid_value", "The header X-End-User-Id names two people.")
        named = told.pop()
    if not isinstance(named, str):
        raise ApiError("invalid_value", "An end user's id is a text.", param="safety_identifier")
    if named and key:
        call.subject = end_user(named, key)


def end_user(named: str, key: bytes) -> str:
    """The digest under which an end-user id is recorded."""
    return hmac.new(key, b"end-user:" + named[:512].encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


# Where nothing is to be kept a call is counted, and nothing says of whom it was or what was in it.
_NOBODY: dict[str, Any] = {"kept": NOTHING, "subject": "", "network": "", "verdicts": [], "stages": []}


def payload(call: Call, snapshot: Snapshot) -> bytes:
    """The frame's bytes."""
    total = time.perf_counter() - call.began
    verdicts = call.verdicts[:VERDICT_LIMIT]
    record: dict[str, Any] = {
        "kind": "call",
        "id": call.id.hex,
        "at": call.at.isoformat(),
        "route": call.route,
        "source": call.source,
        "person": call.person.hex if call.person else None,
        **_about(call, snapshot),
        "stream": call.stream,
        "status": call.status,
        "error": call.error,
        "upstream_status": call.upstream_status,
        "action": _action(call),
        "verdicts": [list(verdict) for verdict in verdicts],
        "verdicts_left_out": len(call.verdicts) - len(verdicts),
        "stages": stages(call, total),
        "tokens": [call.tokens_in, call.tokens_out, call.estimated],
        "bytes": [call.bytes_in, call.bytes_out],
        "ttft": _micros(call.marks.get("first")),
        "total": _micros(total),
    }
    if call.assistant is not None and call.assistant.keep == NOTHING:
        record |= _NOBODY
    record |= _who(record["subject"], call, snapshot)
    if sealed := _content(call, snapshot):
        record["content"] = sealed
    return orjson.dumps(record)


def _who(subject: str, call: Call, snapshot: Snapshot) -> dict[str, Any]:
    """The end user's digest, sealed to the worker as content is: what stood open in the inbox could be found in the database's
    files after its person was erased."""
    if not subject or not snapshot.content_key:
        return {}
    sealed = envelope.seal_to(snapshot.content_key, subject.encode(), call.id.bytes + WHO)
    return {"subject": "", "who": base64.b64encode(sealed).decode()}


def _about(call: Call, snapshot: Snapshot) -> dict[str, Any]:
    """Who called whom, by ids."""
    version = call.assistant.version if call.assistant else None
    policy = snapshot.policy_of(version) if version else None
    return {
        "key": call.key.id.hex if call.key else None,
        "network": call.network,
        "scope": call.scope,
        "assistant": call.assistant.id.hex if call.assistant else None,
        "version": version.id.hex if version else None,
        "provider": version.provider.hex if version else None,
        "model": version.model if version else "",
        "policy": policy.version if policy else "",
        "subject": call.subject,
    }


def _action(call: Call) -> str:
    actions = {verdict.action for verdict in call.verdicts}
    return next((action for action in ("block", "redact", "observe") if action in actions), "allow")


def _micros(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1e6)


def stages(call: Call, total: float) -> list[list[Any]]:
    """[name, begin, end, cost] a stage in pipeline order: when it was active, and the time it cost.

    Guards of the way in run one after another; those of the way out are active as long as the answer runs.
    """
    found: list[list[Any]] = []
    at = call.marks.get("guard", 0.0) * 1e6
    spent = call.inspection.stages if call.inspection else {}
    for name in guard.INPUT_STAGES:
        if name in spent:
            cost = spent[name] / 1e3
            found.append([name, round(at), round(at + cost), round(cost)])
            at += cost
    if "upstream" not in call.marks:
        return found
    end = call.marks.get("upstream_end", total) * 1e6
    begin = call.marks["upstream"] * 1e6
    found.append(["provider", round(begin), round(end), round(end - begin)])
    head = call.marks.get("head", total) * 1e6
    acted = {verdict.stage for verdict in call.verdicts}
    for name in guard.OUTPUT_STAGES:
        # A stage that found something ran, also when it is too quick to be timed.
        if name in call.out_stages or name in acted:
            cost = call.out_stages.get(name, 0) / 1e3
            span = max(end, head + cost) if call.stream else end + cost
            found.append([name, round(head if call.stream else end), round(span), round(cost)])
    return found


def _content(call: Call, snapshot: Snapshot) -> str:
    """Base64 of the sealed content, "" when nothing is to be stored."""
    one = call.assistant
    if one is None or not one.store_content or not snapshot.content_key or call.request is None:
        return ""
    if not gate.may_keep(call, snapshot):
        return ""
    request: dict[str, Any] | None = call.request
    answer = call.answer
    if one.keep == PSEUDONYMISED:
        request, answer = pseudonyms.masked(call.request, answer)
    plain = orjson.dumps({"request": request, "answer": answer})
    if len(plain) > CONTENT_LIMIT:
        plain = orjson.dumps({"request": None, "answer": None, "too_large": len(plain)})
    return base64.b64encode(envelope.seal_to(snapshot.content_key, plain, call.id.bytes)).decode()
