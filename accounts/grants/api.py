"""Grants by the API: the same three endpoints for every kind of object, and the question why."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import SIGNED_IN, ObjectRole, Permit, door
from accounts.grants import services
from accounts.grants.queries import asking, kinds, shown
from panel.kernel.errors import Missing
from panel.ui.api.paging import Whole
from panel.ui.api.views import Endpoint


class GrantOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    receiver_kind = serializers.ChoiceField(choices=["user", "team"], source="receiver_type")
    receiver_id = serializers.UUIDField()
    receiver = serializers.CharField()
    role = serializers.CharField(source="role.codename")
    reason = serializers.CharField()
    given_by = serializers.CharField(source="giver")
    given_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)


class GrantIn(serializers.Serializer[Any]):
    receiver_kind = serializers.ChoiceField(choices=["user", "team"])
    receiver_id = serializers.UUIDField()
    role = serializers.ChoiceField(choices=[role.codename for role in ObjectRole])
    reason = serializers.CharField(max_length=300)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class LineOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    act = serializers.CharField()
    role = serializers.CharField()
    receiver = serializers.CharField()
    actor = serializers.CharField()
    reason = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class OfObject(Endpoint):
    kind, parameter = "", ""
    pagination_class = Whole

    @cached_property
    def grantable(self) -> kinds.Grantable:
        found = kinds.grantable(self.kind)
        if found is None:
            raise Missing(_("Nobody can be given roles here."))
        return found

    def thing(self) -> Any:
        found = kinds.seen(self.actor, self.kind, self.kwargs[self.parameter])
        if found is None:
            raise Missing(_("There is no such thing, or none that you may see."))
        return found


class Grants(OfObject):
    serializer_class = GrantOut
    input_class = GrantIn

    @extend_schema(responses=GrantOut(many=True))
    def get(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Who has which role on it."""
        return self.items(shown.on(self.thing(), self.at))

    @extend_schema(request=GrantIn, responses={201: GrantOut})
    def post(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Give a user or a team a role, in place of the one it has."""
        given, thing = self.given(), self.thing()
        grant = services.give(
            actor=self.actor, kind=self.grantable, obj=thing,
            receiver=(given["receiver_kind"], str(given["receiver_id"])), role=given["role"], reason=given["reason"],
            expires_at=given.get("expires_at"), at=self.at,
        )  # fmt: skip
        made = next(one for one in shown.on(thing, self.at) if one.id == grant.pk)
        return Response(GrantOut(made).data, status=201)


class Grant(OfObject):
    serializer_class = GrantOut

    @extend_schema(responses={204: None})
    def delete(self, request: Request, grant_id: UUID, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Take it back."""
        services.take_back(
            actor=self.actor, kind=self.grantable, obj=self.thing(), grant_id=grant_id, at=self.at
        )  # fmt: skip
        return Response(status=204)


class History(OfObject):
    serializer_class = LineOut

    @extend_schema(responses=LineOut(many=True))
    def get(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """What was given, changed, taken back or ran out: the newest 100."""
        rows = shown.of_object(self.thing().pk)[: shown.NEWEST]
        return self.items(shown.lines(self.actor, rows))


def _made(name: str, base: type[Any], own: dict[str, Any]) -> Any:
    return type(name, (base,), own)


def pages(kind: str, parameter: str, *, see: Permit, share: Permit) -> list[URLPattern]:
    """`grants/`, `grants/<id>/` and `grants/history/`, to be included under the object's address."""
    own = {"kind": kind, "parameter": parameter, "__module__": __name__}
    many = door(see, post=share)(_made("Grants", Grants, dict(own)))
    one = door(share)(_made("Grant", Grant, dict(own)))
    history = door(see)(_made("History", History, dict(own)))
    return [
        path("grants/", many.as_view(), name="api_grants"),
        path("grants/history/", history.as_view(), name="api_grants_history"),
        path("grants/<uuid:grant_id>/", one.as_view(), name="api_grant"),
    ]


class StepOut(serializers.Serializer[Any]):
    text = serializers.CharField()
    giver = serializers.CharField()
    reason = serializers.CharField()
    ends = serializers.DateTimeField(allow_null=True)


class WhyOut(serializers.Serializer[Any]):
    """`may` is the verdict; `ways` open it, `bars` close it, `notes` tell what was or would be."""

    may = serializers.BooleanField()
    ways = StepOut(many=True)
    bars = StepOut(many=True)
    notes = StepOut(many=True)


ASKED = [
    OpenApiParameter("who", str, description="Id of a person or service account; empty: yourself."),
    OpenApiParameter("right", str, required=True, description="Name of a permit, such as catalog.edit_assistant."),
    OpenApiParameter("on", str, description="kind:id of an object, such as assistant:0190…; empty: everywhere."),
]


@door(SIGNED_IN)
class Why(Endpoint):
    serializer_class = WhyOut
    filters = tuple(one.name for one in ASKED)
    pagination_class = None

    @extend_schema(parameters=ASKED, responses=WhyOut)
    def get(self, request: Request) -> Response:
        """Why somebody can do something, or cannot."""
        given = request.query_params
        who = given.get("who", "") or str(self.actor.id)
        asked = asking.ask(self.actor, who, given.get("right", ""), given.get("on", ""), self.at)
        return Response(WhyOut(asked.answer).data)
