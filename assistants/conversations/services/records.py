"""From a record of the gateway (gateway.engine.ledger.payload) to the row of a call."""

from datetime import datetime
from typing import Any
from uuid import UUID

from assistants.conversations.models import Call
from panel.kernel import ids


def row_of(record: dict[str, Any]) -> Call:
    """The row, not saved. Raises ValueError, KeyError or TypeError for what is no record."""
    return _refused(record) if record["kind"] == "refusal" else _called(record)


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None


_AS_THEY_ARE = (
    "route", "source", "model", "policy", "stream", "status", "upstream_status", "error", "action", "verdicts",
    "verdicts_left_out", "stages",
)  # fmt: skip


def _called(record: dict[str, Any]) -> Call:
    call_id = UUID(record["id"])
    tokens_in, tokens_out, estimated = record["tokens"]
    bytes_in, bytes_out = record["bytes"]
    return Call(
        day=ids.day_of(call_id),
        id=call_id,
        at=datetime.fromisoformat(record["at"]),
        **{name: _uuid(record[name]) for name in ("key", "assistant", "version", "provider")},
        person=_uuid(record.get("person")),
        **{name: record[name] for name in _AS_THEY_ARE},
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        tokens_estimated=estimated,
        bytes_in=bytes_in,
        bytes_out=bytes_out,
        first_us=record["ttft"],
        total_us=record["total"],
    )


def _refused(record: dict[str, Any]) -> Call:
    call_id = UUID(record["id"])
    return Call(
        day=ids.day_of(call_id),
        id=call_id,
        at=datetime.fromisoformat(record["at"]),
        route=record["route"],
        source="api" if record["route"].startswith("/v1/") else "playground",
        status=401,
        error=record["error"],
        count=record["count"],
        address_digest=record["address"],
    )
