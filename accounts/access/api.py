"""/api/v1/people/: who there is, and an account's end and new beginning."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import queries, services
from accounts.access.rules import MANAGE_PEOPLE, SEE_PEOPLE, Role, door
from accounts.people import queries as people
from accounts.people.models import User, UserQuerySet
from accounts.people.rules import State
from panel.kernel.crypto import keyring
from panel.kernel.errors import Invalid, Missing
from panel.ui.api.conditional import etag
from panel.ui.api.views import Endpoint, Item

MAX_REASON = 200


class PersonOut(serializers.ModelSerializer[User]):
    """`roles` are the organisation's roles in force; everybody who can sign in is a member besides."""

    # Sealed columns are read as attributes; a serializer of a model would find them empty.
    full_name = serializers.CharField()
    email = serializers.CharField(source="email_address", allow_null=True)
    roles = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "full_name", "email", "state", "roles", "language", "time_zone", "created_at", "last_login")
        read_only_fields = fields

    def get_roles(self, user: User) -> list[str]:
        held: dict[UUID, list[Role]] = self.context["view"].held
        return [role.value for role in held.get(user.id, [])]


class DisablingIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=MAX_REASON)


class OfPeople(Endpoint):
    serializer_class: Any = PersonOut

    @cached_property
    def held(self) -> dict[UUID, list[Role]]:
        return queries.roles_by_user(self.at)

    def thing(self) -> User:
        found = people.everybody().persons().filter(id=self.kwargs["user_id"]).first()
        if found is None:
            raise Missing(_("There is no such person."))
        return found


ASKED = [
    OpenApiParameter("state", str, enum=[one.value for one in State], description="Only accounts in this state."),
    OpenApiParameter("email", str, description="Only who has exactly this address."),
]


@extend_schema_view(
    get=extend_schema(operation_id="people_list", parameters=ASKED, responses=PersonOut(many=True))
)  # fmt: skip
@door(SEE_PEOPLE)
class People(OfPeople):
    """List people, the newest first. Names are sealed, so a search by name is the panel's own page."""

    http_method_names = ("get", "head", "options")
    filters = tuple(one.name for one in ASKED)

    def rows(self) -> UserQuerySet:
        rows, given = people.everybody().persons(), self.request.query_params
        if "state" in given:
            rows = rows.filter(state=_state(given["state"]))
        return rows.with_email(given["email"]) if "email" in given else rows

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        page = self.paginate_queryset(self.rows()) or []
        keyring.warm(one.key_id for one in page)
        return self.items(page)


def _state(text: str) -> State:
    if text not in set(State):
        raise Invalid(fields={"state": _("Choose one of: %(names)s.") % {"names": ", ".join(State)}})
    return State(text)


@door(SEE_PEOPLE)
class Person(OfPeople, Item):
    """One person, with an ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: User) -> str:
        return etag(thing.id, thing.state, thing.last_login, *self.held.get(thing.id, []))


@door(MANAGE_PEOPLE)
class Disabling(OfPeople):
    input_class = DisablingIn

    @extend_schema(request=DisablingIn, responses=PersonOut)
    def post(self, request: Request, user_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """Close the account: sessions, keys and answers under way end with it."""
        given = self.given()
        services.disable(actor=self.actor, user=self.thing(), reason=given["reason"], at=self.at)
        return Response(self.shown(self.thing()))

    @extend_schema(request=None, responses={200: PersonOut})
    def delete(self, request: Request, user_id: UUID) -> Response:  # noqa: ARG002
        """Open it again. Its keys stay revoked."""
        services.enable(actor=self.actor, user=self.thing(), at=self.at)
        return Response(self.shown(self.thing()))
