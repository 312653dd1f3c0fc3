"""/api/v1/roles/: the organisation's own roles; /api/v1/people/<id>/roles/: who has which role."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import services as access
from accounts.access.models import CustomRole
from accounts.access.rules import MANAGE_ROLES, SEE_PEOPLE, Role, door
from accounts.people import queries as people
from accounts.people.models import User
from accounts.roles import queries, services
from panel.kernel.errors import Missing
from panel.ui.api.conditional import etag
from panel.ui.api.paging import Whole
from panel.ui.api.views import Collection, Endpoint, Item

MOST = 500


class RoleOut(serializers.ModelSerializer[CustomRole]):
    """`permits` are names, as in the reference; `revision` counts versions, which stand in the journal."""

    class Meta:
        model = CustomRole
        fields = ("id", "name", "purpose", "permits", "revision", "made_at", "changed_at", "retired_at")
        read_only_fields = fields


class RoleIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    purpose = serializers.CharField(max_length=200, required=False, allow_blank=True)
    permits = serializers.ListField(child=serializers.CharField(max_length=80), min_length=1, max_length=MOST)


class RoleChange(RoleIn):
    """What is left out stays."""

    name = serializers.CharField(max_length=60, required=False)
    permits = serializers.ListField(
        child=serializers.CharField(max_length=80), min_length=1, max_length=MOST, required=False
    )


class HeldOut(serializers.Serializer[Any]):
    """`role` is a built-in role's name or the id of one of the organisation's own."""

    role = serializers.CharField()
    title = serializers.CharField()
    reason = serializers.CharField()
    given_by_kind = serializers.CharField(source="giver_kind")
    given_by = serializers.UUIDField(source="giver_id", allow_null=True)
    given_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)


class GiveIn(serializers.Serializer[Any]):
    """`despite`: give it although a rule of separation of duties warns; the journal says so."""

    role = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=200)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    despite = serializers.BooleanField(required=False, default=False)


@extend_schema_view(get=extend_schema(operation_id="roles_list", responses=RoleOut(many=True)))
@door(SEE_PEOPLE, post=MANAGE_ROLES)
class Roles(Collection):
    """List the organisation's own roles; make one."""

    serializer_class = RoleOut
    input_class = RoleIn

    def rows(self) -> Any:
        return queries.all_roles()

    def create(self, given: Mapping[str, Any]) -> CustomRole:
        return services.make(
            actor=self.actor, name=given["name"], purpose=given.get("purpose", ""), permits=given["permits"], at=self.at
        )

    def url_of(self, made: CustomRole) -> str:
        return reverse("roles:api_role", args=[made.id])

    @extend_schema(request=RoleIn, responses={201: RoleOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfRole(Endpoint):
    serializer_class: Any = RoleOut

    def thing(self) -> CustomRole:
        found = queries.find(self.kwargs["role_id"])
        if found is None:
            raise Missing(_("There is no such role."))
        return found


@door(SEE_PEOPLE, patch=MANAGE_ROLES)
class One(OfRole, Item):
    """One role; PATCH makes its next version, and everybody who has it has that at once."""

    input_class = RoleChange

    def tag(self, thing: CustomRole) -> str:
        return etag(thing.id, thing.revision, thing.retired_at)

    def change(self, thing: CustomRole, given: Mapping[str, Any]) -> CustomRole:
        kept = {"name": thing.name, "purpose": thing.purpose, "permits": thing.permits}
        return services.change(
            actor=self.actor, role=thing, revision=thing.revision, at=self.at, **(kept | {**given})
        )  # fmt: skip

    @extend_schema(request=RoleChange, responses=RoleOut)
    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().patch(request, *args, **kwargs)


@door(MANAGE_ROLES)
class Retirement(OfRole):
    @extend_schema(request=None, responses=RoleOut)
    def post(self, request: Request, role_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """Retire it: whoever has it loses it, and its name is free again."""
        services.retire(actor=self.actor, role=self.thing(), at=self.at)
        return Response(self.shown(self.thing()))


class OfPerson(Endpoint):
    serializer_class: Any = HeldOut
    pagination_class = Whole

    def person(self) -> User:
        found = people.user(self.kwargs["user_id"])
        if found is None:
            raise Missing(_("There is no such person."))
        return found


@door(SEE_PEOPLE, post=MANAGE_ROLES)
class Held(OfPerson):
    input_class = GiveIn

    @extend_schema(operation_id="people_roles_list", responses=HeldOut(many=True))
    def get(self, request: Request, user_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """Roles of the organisation that somebody was given, those that have ended included."""
        return self.items(queries.held_by(self.person().id))

    @extend_schema(request=GiveIn, responses={201: HeldOut})
    def post(self, request: Request, user_id: UUID) -> Response:  # noqa: ARG002
        """Give a role, or change reason and end of one that they have."""
        given, person = self.given(), self.person()
        how = {
            "actor": self.actor, "user": person, "reason": given["reason"], "at": self.at,
            "expires_at": given.get("expires_at"), "despite": given["despite"],
        }  # fmt: skip
        if given["role"] in set(Role):
            key = Role(given["role"]).value
            access.give_role(role=Role(key), **how)
        else:
            role = _own(given["role"])
            key = str(role.id)
            services.give(role=role, **how)
        made = next(one for one in queries.held_by(person.id) if one.role == key)
        return Response(self.shown(made), status=201)


@door(MANAGE_ROLES)
class Withdrawal(OfPerson):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: UUID, role: str) -> Response:  # noqa: ARG002
        """Take a role back; one that they do not have is no fault."""
        if role in set(Role):
            access.withdraw_role(actor=self.actor, user=self.person(), role=Role(role), at=self.at)
        else:
            services.withdraw(actor=self.actor, user=self.person(), role=_own(role), at=self.at)
        return Response(status=204)


def _own(key: str) -> CustomRole:
    try:
        found = queries.find(UUID(key))
    except ValueError:
        found = None
    if found is None:
        raise Missing(_("There is no such role."))
    return found
