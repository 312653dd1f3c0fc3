"""What is kept of a call whose assistant keeps words without names: identifiers become the guard's placeholders, the same
one for the same value through request and answer, whatever the guard policy does on the way to the provider."""

from typing import Any, Final

from assistants.guard.engine.pipeline import Policy, inspect_request
from assistants.guard.rules.presets import LIMITS

_MASKED: Final = Policy.from_json(
    {
        "name": "kept",
        "limits": dict(LIMITS),
        "stages": {"size": {"mode": "block"}, "secrets": {"mode": "redact"}, "pii": {"mode": "redact"}},
    }
)


def masked(request: dict[str, Any], answer: Any) -> tuple[dict[str, Any] | None, Any]:
    """Request and answer with placeholders; nothing of either when they are too large to be looked through."""
    found = inspect_request({**request, "answer": answer}, _MASKED)
    if found.blocked is not None:
        return None, None
    body = dict(found.body)
    said = body.pop("answer")
    return body, said
