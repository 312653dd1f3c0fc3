"""What an act answers with that two people agree to: 202 and the approval that waits."""

from typing import Any, Protocol
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response


class Asked(Protocol):
    """An approval: `digest` is of exactly what the second person reads."""

    id: UUID
    digest: str


class AskedOut(serializers.Serializer[Any]):
    """`approval` is what a second person reads and decides under /api/v1/approvals/."""

    approval = serializers.UUIDField(source="id", read_only=True)
    digest = serializers.CharField(read_only=True, help_text="What the second person approves.")


def asked(approval: Asked) -> Response:
    return Response(AskedOut(approval).data, status=202)
