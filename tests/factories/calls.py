"""Calls as the worker would store them."""

from typing import Any

from assistants.conversations.models import Call
from panel.kernel import ids


def make_call(**changes: Any) -> Call:
    """An answered call through the API; `made` is its instant, everything else a field."""
    made = ids.new_id(changes.pop("made", None))
    values = {"day": ids.day_of(made), "id": made, "at": ids.moment_of(made), "route": "/v1/chat/completions"}
    return Call.objects.create(**{**values, "source": "api", "status": 200, "total_us": 91_000, **changes})
