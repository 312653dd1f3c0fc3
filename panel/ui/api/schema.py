"""The open schema: names that stay, problems on every operation, the headers that our bases read."""

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

_PARAMETER = re.compile(r"^{(\w+)}$")
_ANSWER = {
    "description": "Refused: a problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class Schema(AutoSchema):
    def get_operation_id(self) -> str:
        """From path and method: `secrets_rotation_post`, `secrets_by_secret_id_get`."""
        steps = [step for step in re.sub(r"^/api/v\d+/", "", self.path).split("/") if step]
        words = [step for step in steps if not _PARAMETER.match(step)]
        last = _PARAMETER.match(steps[-1]) if steps else None
        if last:
            words.append(f"by_{last[1]}")
        return "_".join([*words, self.method.lower()]).replace("-", "_")

    def get_operation(self, *given: Any, **named: Any) -> Any:
        """With `x-scope`, what an API key needs, where a key may do this."""
        found = super().get_operation(*given, **named)
        door = getattr(self.view, "door", None)
        permit = door.permit_for(self.method) if door else None
        if found and permit and permit.by_key:
            found["x-scope"] = f"manage:{permit.name.partition('.')[0]}"
        return found

    def _is_list_view(self, serializer: Any = None) -> bool:
        collection = self.method == "GET" and hasattr(self.view, "hidden")
        return collection or super()._is_list_view(serializer)

    def _is_create_operation(self) -> bool:
        return (self.method == "POST" and hasattr(self.view, "hidden")) or super()._is_create_operation()

    def get_request_serializer(self) -> Any:
        """What the view reads bodies with; None where it reads none."""
        return getattr(self.view, "input_class", None)

    def get_override_parameters(self) -> list[Any]:
        found = []
        if self.method == "POST" and hasattr(self.view, "hidden"):
            found.append(_header("Idempotency-Key", "A random text. The same key twice creates once.", required=False))
        if self.method == "PATCH" and hasattr(self.view, "tag"):
            found.append(_header("If-Match", "The ETag that you read.", required=True))
        return found

    def _get_response_bodies(self, direction: str = "response") -> Any:
        return {**super()._get_response_bodies(direction), "4XX": _ANSWER}  # type: ignore[arg-type]

    def _get_serializer_name(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> str:
        """With its slice before it: two slices may both have a VersionOut."""
        name = super()._get_serializer_name(serializer, direction, bypass_extensions)
        parts = type(serializer).__module__.split(".")
        return (
            f"{parts[1].capitalize()}{name}"
            if len(parts) > 2 and parts[0] in {"accounts", "assistants", "compliance"}
            else name
        )


def _header(name: str, description: str, *, required: bool) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description, required=required)
