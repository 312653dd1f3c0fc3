"""/api/v1/traces/: the same rows as the pages, read-only."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.access.rules import door
from assistants.conversations import queries
from assistants.conversations.models import Call
from assistants.conversations.rules import ACTIONS, REQUEST_PREFIX, SEE_TRACES
from panel.kernel.errors import Missing, Refusal
from panel.ui.api.views import Endpoint

SIZE, MOST = 50, 200


ASKED = [
    OpenApiParameter("assistant", UUID, description="Calls of this assistant only."),
    OpenApiParameter("verdict", str, enum=list(ACTIONS), description="Calls with this worst verdict only."),
]


class TraceOut(serializers.ModelSerializer[Call]):
    request_id = serializers.SerializerMethodField()
    verdicts = serializers.SerializerMethodField()
    stages = serializers.SerializerMethodField()

    class Meta:
        model = Call
        fields: ClassVar[list[str]] = [
            "id", "request_id", "at", "route", "source", "key", "assistant", "version", "provider", "model", "policy",
            "subject", "stream", "status", "upstream_status", "error", "action", "verdicts", "stages", "tokens_in",
            "tokens_out", "tokens_estimated", "bytes_in", "bytes_out", "first_us", "total_us", "count", "stored",
        ]  # fmt: skip

    def get_request_id(self, call: Call) -> str:
        return f"{REQUEST_PREFIX}{call.id.hex}"

    def get_verdicts(self, call: Call) -> list[dict[str, Any]]:
        names = ("stage", "rule", "action", "where", "start", "end", "score", "label")
        return [dict(zip(names, verdict, strict=True)) for verdict in call.verdicts]

    def get_stages(self, call: Call) -> list[dict[str, Any]]:
        return [
            {"name": step.name, "action": step.action, "begin_us": step.begin, "end_us": step.end, "cost_us": step.cost}
            for step in queries.steps(call)
        ]


@extend_schema_view(get=extend_schema(parameters=ASKED, responses=TraceOut(many=True)))
@door(SEE_TRACES)
class Traces(Endpoint):
    """Newest first; `?cursor=` is the last id of the page before, `?assistant=` and `?verdict=` narrow."""

    serializer_class = TraceOut
    filters = tuple(one.name for one in ASKED)

    def get(self, request: Request) -> Response:
        asked = request.query_params
        rows = queries.visible_to(self.actor)
        if assistant := asked.get("assistant"):
            rows = rows.filter(assistant=_uuid(assistant))
        if verdict := asked.get("verdict"):
            if verdict not in ACTIONS:
                raise Refusal(
                    _("“verdict” must be one of %(words)s.") % {"words": ", ".join(ACTIONS)}, code="bad_filter"
                )
            rows = rows.filter(action=verdict)
        beyond = _uuid(asked["cursor"]) if asked.get("cursor") else None
        size = _size(asked.get("limit", ""))
        found = queries.page(rows, beyond=beyond, limit=size + 1)
        following = None
        if len(found) > size:
            following = replace_query_param(request.build_absolute_uri(), "cursor", str(found[size - 1].id))
        return Response({"items": self.get_serializer(found[:size], many=True).data, "next": following})


@door(SEE_TRACES)
class Trace(Endpoint):
    serializer_class = TraceOut

    def get(self, _request: Request, call_id: UUID) -> Response:
        call = queries.get(queries.visible_to(self.actor), call_id)
        if call is None:
            raise Missing(_("There is no such trace."))
        return Response(self.shown(call))


def _uuid(text: str) -> UUID:
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or found.version != 7:
        raise Refusal(_("That is no id of this panel."), code="bad_id")
    return found


def _size(text: str) -> int:
    if text and (not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST):
        raise Refusal(_("“limit” must be a number from 1 to %(most)s.") % {"most": MOST}, code="bad_limit")
    return int(text or SIZE)
