"""The management API's documentation, from its own schema: what each area offers, with fields, an example and a call to copy."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
DEEPEST = 5  # of an example: a shape may contain itself
EXAMPLES = {
    "uuid": "01980000-0000-7000-8000-000000000000",
    "date-time": "2026-10-01T09:00:00Z",
    "date": "2026-10-01",
    "email": "person@example.org",
    "uri": "https://example.org/",
    "binary": "…",
}

_COUNTED = re.compile(r"{(\d+)}\$$")  # a digest's pattern: so many digits

Shape = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One parameter or field of a body. `place` is path, query, header or body; `kind` is its type in words."""

    name: str
    place: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True)
class Operation:
    """One method of one address. `scope` is what an API key needs, "" where no key may do this."""

    id: str
    method: str
    path: str
    words: str
    scope: str
    fields: list[Field]
    sent: str
    answers: list[tuple[str, str]]
    answered: str

    def call(self, base: str) -> list[dict[str, str]]:
        """As a sample to copy. `base` has no slash at its end."""
        lines = [f"curl -X {self.method} {base}{self.path}", '-H "Authorization: Bearer $CLAWPANEL_KEY"']
        if self.method == "POST":
            lines.append('-H "Idempotency-Key: $(uuidgen)"')
        if self.method == "PATCH":
            lines.append("-H 'If-Match: \"the ETag that you read\"'")
        if self.sent:
            lines += ['-H "Content-Type: application/json"', "-d '" + self.sent.replace("'", "'\\''") + "'"]
        found = [{"label": "curl", "text": " \\\n  ".join(lines)}]
        if self.answered:
            found.append({"label": self.answers[0][0], "text": self.answered})
        return found


@dataclass(frozen=True)
class Area:
    name: str
    operations: list[Operation]


@lru_cache(maxsize=8)
def areas(language: str) -> list[Area]:  # noqa: ARG001 - the schema's words are those of the language that is active
    """Every area in order of name, read once a language and process: routes do not change while it runs."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    shapes = schema["components"]["schemas"]
    found: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                found.setdefault(methods[method]["tags"][0], []).append(
                    _operation(path, method, methods[method], shapes)
                )
    return [Area(name, found[name]) for name in sorted(found)]


def _operation(path: str, method: str, told: Shape, shapes: Shape) -> Operation:
    fields = [
        Field(one["name"], one["in"], kind_of(one["schema"]), one.get("required", False), one.get("description", ""))
        for one in sorted(told.get("parameters", []), key=lambda one: ["path", "query", "header"].index(one["in"]))
    ]
    body = _content(told.get("requestBody", {}))
    shape = _resolved(body, shapes)
    for name, inner in shape.get("properties", {}).items():
        if not inner.get("readOnly"):
            fields.append(Field(name, "body", kind_of(inner), name in shape.get("required", []), _words(inner)))
    answers = [(status, answer["description"]) for status, answer in told["responses"].items()]
    good = _content(told["responses"].get(answers[0][0], {}))
    return Operation(
        id=told["operationId"], method=method.upper(), path=path, words=told.get("description", ""),
        scope=told.get("x-scope", ""), fields=fields, sent=_written(body, shapes, inward=True), answers=answers,
        answered=_written(good, shapes, inward=False),
    )  # fmt: skip


def _content(holder: Shape) -> Shape:
    content = holder.get("content", {})
    found: Shape = content.get("application/json", {}).get("schema", {})
    return found


def _resolved(shape: Shape, shapes: Shape) -> Shape:
    if "$ref" in shape:
        found: Shape = shapes[shape["$ref"].rpartition("/")[2]]
        return found
    for many in ("allOf", "oneOf", "anyOf"):
        if many in shape:
            return _resolved(shape[many][0], shapes)
    return shape


def _words(shape: Shape) -> str:
    limits = [f"{name} {shape[key]}" for key, name in _LIMITS.items() if key in shape]
    told = shape.get("description", "").rstrip(".")
    # A list of choices repeats what the type says already.
    return ". ".join(part for part in ["" if told.startswith("* `") else told, ", ".join(limits)] if part)


_LIMITS = {"maxLength": "at most", "minLength": "at least", "maximum": "at most", "minimum": "at least"}


def kind_of(shape: Shape) -> str:
    """In words: `uuid`, `string`, `integer`, `array of string`, `one of a, b`."""
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    for many in ("allOf", "oneOf", "anyOf"):
        if many in shape:
            return kind_of(shape[many][0])
    if "enum" in shape:
        return "one of " + ", ".join(str(one) for one in shape["enum"])
    if shape.get("type") == "array":
        return f"array of {kind_of(shape.get('items', {}))}"
    return str(shape.get("format") or shape.get("type") or "any")


def _written(shape: Shape, shapes: Shape, *, inward: bool) -> str:
    return json.dumps(example(shape, shapes, inward=inward), indent=2, ensure_ascii=False) if shape else ""


def example(shape: Shape, shapes: Shape, *, inward: bool, depth: int = 0) -> Any:
    """A value of this shape. `inward` leaves out what only the panel writes."""
    shape = _resolved(shape, shapes)
    if depth > DEEPEST:
        return None
    if "enum" in shape:
        return shape["enum"][0]
    if shape.get("type") == "array":
        return [example(shape.get("items", {}), shapes, inward=inward, depth=depth + 1)]
    if "properties" in shape:
        return {
            name: example(one, shapes, inward=inward, depth=depth + 1)
            for name, one in shape["properties"].items()
            if not (inward and one.get("readOnly"))
        }
    return _single(shape)


def _single(shape: Shape) -> Any:
    if shape.get("format") in EXAMPLES:
        return EXAMPLES[shape["format"]]
    if shape.get("type") == "string":
        counted = _COUNTED.search(shape.get("pattern", ""))
        return "0" * int(counted[1]) if counted else "text"[: shape.get("maxLength", 4)]
    return {"integer": 1, "number": 1.0, "boolean": True}.get(shape.get("type", ""), {})
