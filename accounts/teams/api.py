"""/api/v1/teams/: teams and who is in them. What a team was given, and who manages it, are grants."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import MANAGE_MEMBERS, MANAGE_TEAMS, SEE_TEAM, door
from accounts.people import queries as people
from accounts.people.models import Team, User
from accounts.teams import queries, services
from panel.kernel.crypto import keyring
from panel.kernel.errors import Missing
from panel.ui.api.conditional import etag
from panel.ui.api.views import Collection, Endpoint, Item


class TeamOut(serializers.ModelSerializer[Team]):
    class Meta:
        model = Team
        fields = ("id", "name", "created_at")
        read_only_fields = fields


class TeamIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)


class MemberOut(serializers.ModelSerializer[User]):
    full_name = serializers.CharField()

    class Meta:
        model = User
        fields = ("id", "kind", "full_name", "state")
        read_only_fields = fields


@extend_schema_view(get=extend_schema(operation_id="teams_list", responses=TeamOut(many=True)))
@door(SEE_TEAM, post=MANAGE_TEAMS)
class Teams(Collection):
    """List the teams that the caller may see; make one."""

    serializer_class = TeamOut
    input_class = TeamIn

    def rows(self) -> Any:
        return queries.visible_to(self.actor)

    def create(self, given: Mapping[str, Any]) -> Team:
        return services.create(actor=self.actor, name=given["name"], at=self.at)

    def url_of(self, made: Team) -> str:
        return reverse("teams:api_team", args=[made.id])

    @extend_schema(request=TeamIn, responses={201: TeamOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfTeam(Endpoint):
    serializer_class: Any = TeamOut

    def thing(self) -> Team:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["team_id"]).first()
        if found is None:
            raise Missing(_("There is no such team."))
        return found


@door(SEE_TEAM)
class One(OfTeam, Item):
    """One team, with its ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: Team) -> str:
        return etag(thing.id, thing.name)


@door(SEE_TEAM)
class Members(OfTeam):
    """List the members of a team."""

    serializer_class = MemberOut
    http_method_names = ("get", "head", "options")

    def rows(self) -> Any:
        return people.everybody().filter(groups=self.thing().group_id)

    @extend_schema(operation_id="teams_members_list", responses=MemberOut(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        page = self.paginate_queryset(self.rows()) or []
        keyring.warm(one.key_id for one in page)
        return self.items(page)


@door(MANAGE_MEMBERS)
class Membership(OfTeam):
    @extend_schema(request=None, responses={204: None})
    def put(self, request: Request, team_id: UUID, user_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """Put a person or service account into the team: they have at once what it was given."""
        return self._set(user_id, member=True)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, team_id: UUID, user_id: UUID) -> Response:  # noqa: ARG002
        """Take them out: they lose it at once."""
        return self._set(user_id, member=False)

    def _set(self, user_id: UUID, *, member: bool) -> Response:
        team, user = self.thing(), people.user(user_id)
        if user is None:
            raise Missing(_("There is no such person."))
        services.set_membership(actor=self.actor, team=team, user=user, member=member, at=self.at)
        return Response(status=204)
