"""OPTIONS: what an address is for. The shapes of bodies stand in the open schema, so no object is looked for here."""

from typing import Any

from rest_framework.metadata import SimpleMetadata


class Description(SimpleMetadata):
    def determine_actions(self, request: Any, view: Any) -> dict[str, Any]:  # noqa: ARG002
        return {}
