"""Cursor pages of the API: `{"items": [...], "next": url or null}`, at most 200 a page, never a count."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from panel.kernel.errors import Refusal
from panel.ui.lists.keyset import Cursor, beyond, decode, encode, sought

SIZE, MOST = 50, 200


class Pages(BasePagination):
    """The view's `ordering` names one field that is never null ("-" for descending; default newest first by id)."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request, self.key = request, getattr(view, "ordering", "-pk")
        field, ascending = self.key.removeprefix("-"), not self.key.startswith("-")
        self.field, size = field, _size(request)
        text = request.query_params.get("cursor", "")
        cursor = decode(text, self.key) if text else None
        sign = "" if ascending else "-"
        with sought(cursor):
            if cursor:
                queryset = queryset.filter(beyond(field, cursor, forward=ascending))
            found = list(queryset.order_by(f"{sign}{field}", f"{sign}pk")[: size + 1])
        self.more = len(found) > size
        self.page = found[:size]
        return self.page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"items": data, "next": self._next()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["items", "next"],
            "properties": {"items": schema, "next": {"type": "string", "format": "uri", "nullable": True}},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        return [
            {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "From `next`; opaque."},
            {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": SIZE},
            },
        ]

    def _next(self) -> str | None:
        if not self.more:
            return None
        value: Any = self.page[-1]
        for step in self.field.split("__"):
            value = getattr(value, step)
        cursor = encode(Cursor(self.key, value, self.page[-1].pk))
        return str(replace_query_param(self.request.build_absolute_uri(), "cursor", cursor))


class Whole(Pages):
    """A list that is short by nature (grants on one object, somebody's sessions): all of it in one answer."""

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"items": data, "next": None})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        return []


def _size(request: Request) -> int:
    text = request.query_params.get("limit", str(SIZE))
    if len(text) > len(str(MOST)) or not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST:
        raise Refusal(_("“limit” must be a number from 1 to %(most)s.") % {"most": MOST}, code="bad_limit")
    return int(text)
