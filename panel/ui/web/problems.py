"""problem+json (RFC 9457): what every endpoint answers when it refuses."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, JsonResponse

from panel.kernel.errors import Invalid, Refusal, TooMany

CONTENT_TYPE = "application/problem+json"


def body(refusal: Refusal, request_id: str = "") -> dict[str, Any]:
    """`type` is a URN of the stable code; `errors` names each field of an Invalid; `request_id` is the one to quote."""
    found: dict[str, Any] = {
        "type": f"urn:panel:{refusal.code}",
        "title": str(refusal.sentence),
        "status": refusal.status,
        "code": refusal.code,
    }
    if isinstance(refusal, Invalid) and refusal.fields:
        found["errors"] = [{"field": name, "detail": str(text)} for name, text in refusal.fields.items()]
    if request_id:
        found["request_id"] = request_id
    return found


def headers(refusal: Refusal) -> dict[str, str]:
    if isinstance(refusal, TooMany):
        return {"Retry-After": str(refusal.retry_after)}
    return {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def answer(request: HttpRequest, refusal: Refusal) -> JsonResponse:
    """For answers outside of a DRF view: middleware, unknown addresses, faults."""
    values = body(refusal, getattr(request, "request_id", ""))
    return JsonResponse(values, status=refusal.status, content_type=CONTENT_TYPE, headers=headers(refusal))


def invalid(errors: Any, path: Sequence[str] = ()) -> dict[str, str]:
    """DRF's nested errors as one sentence a field: `messages.0.role`."""
    if isinstance(errors, dict):
        found: dict[str, str] = {}
        for name, value in errors.items():
            found |= invalid(value, [*path, str(name)])
        return found
    if isinstance(errors, list) and errors and not isinstance(errors[0], str):
        found = {}
        for number, value in enumerate(errors):
            found |= invalid(value, [*path, str(number)])
        return found
    text = " ".join(str(one) for one in errors) if isinstance(errors, list) else str(errors)
    return {".".join(path): text} if text else {}
