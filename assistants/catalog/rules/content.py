"""What a version of an assistant is: one canonical text, named by its SHA-256.

Canonical form 1 is JSON with sorted keys, no spaces, UTF-8, no NaN (the shape of RFC 8785 for the types used here).
Two drafts with the same meaning have the same bytes, so numbers are coerced to the type of their parameter first.
"""

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT = 1
PROMPT_LIMIT = 100_000
"""Characters of a system prompt; about 25,000 tokens."""
MODEL_LIMIT = 200
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""A slug is the model name that clients send, so it must survive URLs, shells and DNS labels."""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: type[int] | type[float]
    low: float
    high: float


PARAMETERS = {
    parameter.name: parameter
    for parameter in (
        Parameter("temperature", float, 0, 2),
        Parameter("top_p", float, 0, 1),
        Parameter("max_tokens", int, 1, 1_000_000),
        Parameter("presence_penalty", float, -2, 2),
        Parameter("frequency_penalty", float, -2, 2),
        Parameter("seed", int, 0, 2**31 - 1),
    )
}


class ParameterError(ValueError):
    """A parameter is unknown, of the wrong type or out of range."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.bounds = PARAMETERS.get(name)


def clean_parameters(raw: dict[str, Any]) -> dict[str, int | float]:
    """Coerce to the parameter's type; None and "" mean "leave it to the provider". Raises ParameterError."""
    given = {name: value for name, value in raw.items() if value is not None and value != ""}
    return {name: _number(name, value) for name, value in sorted(given.items())}


def _number(name: str, value: Any) -> int | float:
    parameter = PARAMETERS.get(name)
    if parameter is None or isinstance(value, bool):
        raise ParameterError(name)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ParameterError(name) from None
    whole = parameter.kind is int
    if not math.isfinite(number) or not parameter.low <= number <= parameter.high or (whole and number != int(number)):
        raise ParameterError(name)
    return int(number) if whole else number


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that decides how a published version answers. Ids are uuid strings, `policy_digest` is hex.
    `guards` tightens the policy: stage to {mode, threshold}."""

    system_prompt: str
    provider: str
    model: str
    policy: str
    policy_digest: str
    parameters: dict[str, int | float] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    tools: list[dict[str, Any]] = field(default_factory=list)
    guards: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = FORMAT

    def as_dict(self) -> dict[str, Any]:
        """Canonical form 1 began without `guards`: a version that tightens nothing is written without it."""
        found = asdict(self)
        return found if self.guards else {key: value for key, value in found.items() if key != "guards"}

    def canonical(self) -> bytes:
        return canonical(self.as_dict())

    def digest(self) -> str:
        return digest(self.canonical())


def canonical(value: dict[str, Any]) -> bytes:
    """The bytes that are hashed and stored. Raises ValueError on NaN and infinities."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(data: bytes) -> str:
    """64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def parse(data: bytes) -> Content:
    """The content behind canonical bytes. Raises ValueError on another format."""
    value = json.loads(data)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise ValueError("not a version of format 1")
    return Content(**value)
