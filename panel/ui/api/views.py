"""Bases of endpoints: one domain call each.

@door(permits.SEE, post=permits.CREATE)
class Secrets(Collection):
    serializer_class = SecretOut
    input_class = SecretIn
    hidden = ("value",)

    def rows(self):
        return queries.visible_to(self.actor)

    def create(self, given):
        return services.store(actor=self.actor, **given)

    def url_of(self, made):
        return reverse("api:secret", args=[made.pk])
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.ui.api.conditional import match, tagged
from panel.ui.api.idempotency import once
from panel.ui.api.metadata import Description
from panel.ui.api.narrowing import paged_by, require_known
from panel.ui.menu import actor_of


class Endpoint(GenericAPIView[Any]):
    """`serializer_class` writes answers, `input_class` reads bodies, `filters` names what a GET reads of its address."""

    input_class: ClassVar[type[BaseSerializer[Any]] | None] = None
    filters: ClassVar[Sequence[str]] = ()
    metadata_class = Description

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in {"GET", "HEAD"}:
            require_known(request.query_params, {*self.filters, *paged_by(self.paginator, self)})

    @property
    def actor(self) -> Actor:
        return actor_of(self.request._request)

    @cached_property
    def at(self) -> datetime:
        return clock.now()

    def given(self) -> Mapping[str, Any]:
        """The checked body. Raises ValidationError, which becomes a problem that names each field."""
        chosen = self.input_class or self.get_serializer_class()
        reader = chosen(data=self.request.data, context=self.get_serializer_context())
        reader.is_valid(raise_exception=True)
        found: Mapping[str, Any] = reader.validated_data
        return found

    def shown(self, thing: Any) -> Any:
        return self.get_serializer(thing).data

    def items(self, page: Any) -> Response:
        """A page of a list, or with `pagination_class = Whole` a whole one."""
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def get_queryset(self) -> QuerySet[Any]:
        return self.rows()

    def rows(self) -> QuerySet[Any]:
        """What the actor may see: `queries.visible_to(self.actor)`."""
        raise NotImplementedError


class Collection(Endpoint):
    """GET lists by cursor, POST creates once per Idempotency-Key. `hidden` names what an answer shows only once."""

    ordering = "-pk"
    hidden: Sequence[str] = ()

    def create(self, given: Mapping[str, Any]) -> Any:
        """The domain call; answers with the thing or with what `serializer_class` writes."""
        raise NotImplementedError

    def url_of(self, made: Any) -> str:  # noqa: ARG002 - for the sub-class
        return ""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        page = self.paginate_queryset(self.rows())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        given = self.given()
        return once(request, self.actor, lambda: self._made(given), hidden=self.hidden)

    def _made(self, given: Mapping[str, Any]) -> Response:
        made = self.create(given)
        url = self.url_of(made)
        return Response(self.shown(made), status=201, headers={"Location": url} if url else None)


class Item(Endpoint):
    """GET with ETag, PATCH with If-Match. `tag(thing)` names the state, mostly `etag(thing.pk, thing.version)`."""

    def thing(self) -> Any:
        """Raises Missing when the actor sees none."""
        raise NotImplementedError

    def tag(self, thing: Any) -> str:
        raise NotImplementedError

    def change(self, thing: Any, given: Mapping[str, Any]) -> Any:
        raise NotImplementedError

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        thing = self.thing()
        return tagged(request, self.shown(thing), self.tag(thing))

    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        thing = self.thing()
        match(request, self.tag(thing))
        changed = self.change(thing, self.given())
        return Response(self.shown(changed), headers={"ETag": self.tag(changed)})
