"""The gateway's refusals, in the shape of OpenAI's error object. Documented in docs/reference/gateway-errors.md."""

from typing import Final, NamedTuple


class Fault(NamedTuple):
    """`status` is HTTP's; `kind` stands as `type` in the error object; `retry` is the default `Retry-After` in seconds."""

    status: int
    kind: str
    sentence: str
    retry: int | None = None


_REQUEST = "invalid_request_error"
_CONSENT = "consent_error"
_SERVER = "server_error"
_PROVIDER = "provider_error"

FAULTS: Final[dict[str, Fault]] = {
    "invalid_api_key": Fault(
        401,
        "authentication_error",
        "This API key is unknown, expired or revoked. Send 'Authorization: Bearer clp_...'.",
    ),
    "invalid_token": Fault(
        401,
        "authentication_error",
        "This access token is not valid here, has ended or was revoked. Get another one at /oauth/token.",
    ),
    "missing_api_key": Fault(401, "authentication_error", "Send an API key: 'Authorization: Bearer clp_...'."),
    "api_key_in_url": Fault(
        401, "authentication_error", "An API key in a URL stays in logs. Send 'Authorization: Bearer clp_...'."
    ),
    "invalid_ticket": Fault(
        401, "authentication_error", "This ticket is not good for this stream. Ask the page for a new one."
    ),
    "insufficient_scope": Fault(403, "permission_error", "This API key may not be used for this."),
    "address_not_allowed": Fault(
        403, "permission_error", "This API key may not be used from your address. Its owner set the ranges."
    ),
    "model_not_found": Fault(404, _REQUEST, "The model does not exist or this key has no access to it."),
    "unknown_url": Fault(404, _REQUEST, "There is no such address here."),
    "method_not_allowed": Fault(405, _REQUEST, "This address does not take that method."),
    "unsupported_media_type": Fault(415, _REQUEST, "Send JSON with 'Content-Type: application/json'."),
    "request_too_large": Fault(413, _REQUEST, "The request is larger than this panel takes."),
    "request_timeout": Fault(408, _REQUEST, "The request's body did not arrive in time."),
    "invalid_json": Fault(400, _REQUEST, "The body is not a JSON object."),
    "invalid_value": Fault(400, _REQUEST, "A field has a value that cannot be used."),
    "missing_required_parameter": Fault(400, _REQUEST, "A required field is missing."),
    "content_blocked": Fault(400, "content_filter", "A guard of this assistant stopped the request."),
    "answer_blocked": Fault(400, "content_filter", "A guard of this assistant stopped the answer."),
    "version_changed": Fault(409, _REQUEST, "This version is not the one that the page showed. Load the page again."),
    "assistant_paused": Fault(503, _SERVER, "This assistant is paused.", 30),
    "assistant_unavailable": Fault(
        503, _SERVER, "This assistant cannot be served now: its set-up is not complete.", 30
    ),
    "consent_unknown": Fault(
        403, _CONSENT, "The person has not agreed to what 'param' names. Show them its words and ask; then call again."
    ),
    "consent_withdrawn": Fault(403, _CONSENT, "The person does not agree, or no longer agrees, to what 'param' names."),
    "consent_stale": Fault(
        403, _CONSENT, "The words of what 'param' names have changed since the person agreed. Ask them again."
    ),
    "consent_expired": Fault(403, _CONSENT, "The person's agreement to what 'param' names has ended. Ask them again."),
    "purpose_retired": Fault(403, _CONSENT, "Nothing is processed any more for what 'param' names."),
    "processing_restricted": Fault(
        403, _CONSENT, "This person's data may not be processed now, by their request. Nothing was sent anywhere."
    ),
    "processing_objected": Fault(
        403, _CONSENT, "This person objected to what 'param' names, so nothing is processed for it."
    ),
    "consent_unchecked": Fault(
        503, _SERVER, "The panel cannot check now whether the person agrees, so it processes nothing. Try again.", 2
    ),
    "gateway_stopped": Fault(503, _SERVER, "The panel was stopped by its operator.", 30),
    "snapshot_stale": Fault(503, _SERVER, "The panel cannot check what is allowed now. Try again.", 5),
    "record_unavailable": Fault(503, _SERVER, "The panel cannot keep its record now, so it answers nothing.", 10),
    "overloaded": Fault(503, _SERVER, "The panel has too many calls at once. Try again.", 1),
    "provider_unreachable": Fault(502, _PROVIDER, "The provider cannot be reached."),
    "provider_timeout": Fault(504, _PROVIDER, "The provider did not answer in time."),
    "provider_cut": Fault(502, _PROVIDER, "The provider broke off its answer."),
    "provider_invalid": Fault(502, _PROVIDER, "The provider's answer cannot be read."),
    "provider_refused": Fault(502, _PROVIDER, "The provider refused the panel's credentials or set-up."),
    "provider_rejected": Fault(400, _REQUEST, "The provider rejected the request."),
    "provider_rate_limited": Fault(429, "rate_limit_error", "The provider limits its rate. Try again later."),
    "provider_failed": Fault(502, _PROVIDER, "The provider failed."),
    "client_closed": Fault(499, _REQUEST, "The client closed the connection before the end."),
    "client_too_slow": Fault(499, _REQUEST, "The client did not take the answer in time."),
    "internal_error": Fault(500, _SERVER, "The panel failed. The operator finds this call under its request id."),
}

TURNED_AWAY: Final = frozenset(
    {"invalid_api_key", "invalid_token", "missing_api_key", "api_key_in_url", "invalid_ticket"},
)
"""Refusals of somebody without a key: counted by (route, address hash, minute) instead of recorded one by one."""

CONSENT: Final = frozenset(code for code, fault in FAULTS.items() if fault.kind == _CONSENT)
"""Refusals because of what the person chose: in the journal by assistant, code and batch."""
