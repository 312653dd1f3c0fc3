"""/api/v1/invitations/ and /api/v1/guests/: the one-time link stands in the answer to its making, once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.models import Guest
from accounts.access.rules import MANAGE_MEMBERS, MANAGE_PEOPLE, SEE_PEOPLE, SEE_TEAM, Role, door
from accounts.invitations import queries
from accounts.invitations.models import Invitation
from accounts.invitations.rules import DAYS, USUAL_DAYS, state_of
from accounts.invitations.services import guests, inviting
from accounts.people.models import Team
from accounts.people.services import MAX_NAME
from accounts.teams import queries as teams
from panel.kernel.crypto import keyring
from panel.kernel.errors import Invalid, Missing
from panel.ui.api.conditional import etag
from panel.ui.api.idempotency import once
from panel.ui.api.views import Collection, Endpoint, Item

MAX_REASON = 200


class InvitationOut(serializers.ModelSerializer[Invitation]):
    """`role` is a built-in role, the name that a role of the organisation had then, or "guest"."""

    full_name = serializers.CharField(source="user.full_name")
    email = serializers.CharField(source="user.email_address", allow_null=True)
    state = serializers.SerializerMethodField()
    person = serializers.UUIDField(source="user_id")

    class Meta:
        model = Invitation
        fields = (
            "id", "person", "full_name", "email", "role", "team", "state", "inviter_kind", "inviter_id", "made_at",
            "expires_at", "sent",
        )  # fmt: skip
        read_only_fields = fields

    def get_state(self, row: Invitation) -> str:
        return state_of(row.withdrawn_at, row.user.state, row.expires_at, timezone.now()).value


class LinkOut(InvitationOut):
    """`link` is shown now and never again; it was mailed as well."""

    link = serializers.CharField(read_only=True)

    class Meta(InvitationOut.Meta):
        fields = (*InvitationOut.Meta.fields, "link")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class InvitationIn(serializers.Serializer[Any]):
    """`role`: a built-in role or the id of one of the organisation's own; managers of a team invite members into it."""

    full_name = serializers.CharField(max_length=MAX_NAME)
    email = serializers.EmailField(max_length=254)
    role = serializers.CharField(max_length=40, required=False, default=Role.MEMBER.value)
    team = serializers.UUIDField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=MAX_REASON, required=False, allow_blank=True, default="")
    days = serializers.ChoiceField(choices=DAYS, required=False, default=USUAL_DAYS)


class VisitIn(serializers.Serializer[Any]):
    """`permits`: the sections that the guest sees, by the names of their rights; what is shared with them comes besides."""

    until = serializers.DateTimeField()
    permits = serializers.ListField(child=serializers.CharField(max_length=80), max_length=100)
    reason = serializers.CharField(max_length=MAX_REASON)


class GuestIn(VisitIn):
    full_name = serializers.CharField(max_length=MAX_NAME)
    email = serializers.EmailField(max_length=254)
    days = serializers.ChoiceField(choices=DAYS, required=False, default=USUAL_DAYS)


class GuestOut(serializers.ModelSerializer[Guest]):
    reason = serializers.CharField()
    person = serializers.UUIDField(source="user_id")
    until = serializers.DateTimeField(source="expires_at")

    class Meta:
        model = Guest
        fields = ("person", "permits", "reason", "given_at", "until")
        read_only_fields = fields


def with_link(row: Invitation, token: str) -> Invitation:
    """The row with its link beside it, for the one answer that carries it."""
    row.link = f"{settings.BASE_URL}{reverse('signin:join', args=[token])}"  # type: ignore[attr-defined]
    return row


@extend_schema_view(get=extend_schema(operation_id="invitations_list", responses=InvitationOut(many=True)))
@door(SEE_TEAM, post=MANAGE_MEMBERS)
class Invitations(Collection):
    """List invitations, one's own or with the right to see people all; ask somebody in."""

    serializer_class = InvitationOut
    input_class = InvitationIn
    hidden = ("link",)

    def rows(self) -> Any:
        return queries.visible_to(self.actor)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        page = self.paginate_queryset(self.rows()) or []
        keyring.warm(one.user.key_id for one in page)
        return self.items(page)

    def get_serializer_class(self) -> Any:
        return LinkOut if self.request and self.request.method == "POST" else InvitationOut

    def create(self, given: Mapping[str, Any]) -> Invitation:
        wanted = inviting.Wanted(
            given["full_name"], given["email"], given["role"], self.team(given.get("team")), given["reason"],
            given["days"],
        )  # fmt: skip
        return with_link(*inviting.invite(actor=self.actor, wanted=wanted, at=self.at))

    def team(self, wanted: UUID | None) -> Team | None:
        found = teams.visible_to(self.actor).filter(id=wanted).first() if wanted else None
        if wanted and found is None:
            raise Invalid(fields={"team": _("There is no such team.")})
        return found

    def url_of(self, made: Invitation) -> str:
        return reverse("invitations:api_invitation", args=[made.id])

    @extend_schema(request=InvitationIn, responses={201: LinkOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfInvitation(Endpoint):
    serializer_class: Any = InvitationOut

    def thing(self) -> Invitation:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["invitation_id"]).first()
        if found is None:
            raise Missing(_("There is no such invitation."))
        return found


@door(SEE_TEAM)
class One(OfInvitation, Item):
    """One invitation, with its ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: Invitation) -> str:
        return etag(thing.id, thing.sent, thing.withdrawn_at, thing.user.state)


@door(SEE_TEAM)
class Sending(OfInvitation):
    @extend_schema(request=None, responses={201: LinkOut})
    def post(self, request: Request, invitation_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """A new link, mailed and shown once; earlier ones end."""
        return once(request, self.actor, self._sent, hidden=("link",))

    def _sent(self) -> Response:
        token = inviting.resend(actor=self.actor, invitation=self.thing(), at=self.at)
        return Response(LinkOut(with_link(self.thing(), token)).data, status=201)


@door(SEE_TEAM)
class Withdrawal(OfInvitation):
    @extend_schema(request=None, responses=InvitationOut)
    def post(self, request: Request, invitation_id: UUID) -> Response:  # noqa: ARG002
        """Take it back: the link ends and the account closes."""
        inviting.withdraw(actor=self.actor, invitation=self.thing(), at=self.at)
        return Response(self.shown(self.thing()))


@extend_schema_view(get=extend_schema(operation_id="guests_list", responses=GuestOut(many=True)))
@door(SEE_PEOPLE, post=MANAGE_PEOPLE)
class Guests(Collection):
    """List guests; ask one in."""

    serializer_class = GuestOut
    input_class = GuestIn
    hidden = ("link",)

    def rows(self) -> Any:
        return queries.guests(self.actor)

    def get_serializer_class(self) -> Any:
        return LinkOut if self.request and self.request.method == "POST" else GuestOut

    def create(self, given: Mapping[str, Any]) -> Invitation:
        return with_link(*guests.invite(actor=self.actor, at=self.at, **given))

    @extend_schema(request=GuestIn, responses={201: LinkOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


@door(SEE_PEOPLE, patch=MANAGE_PEOPLE)
class Visit(Item):
    """One guest's visit; PATCH gives it another scope or end."""

    serializer_class = GuestOut
    input_class = VisitIn

    def thing(self) -> Guest:
        found = queries.guests(self.actor).filter(user_id=self.kwargs["user_id"]).first()
        if found is None:
            raise Missing(_("There is no such guest."))
        return found

    def tag(self, thing: Guest) -> str:
        ends: datetime | None = thing.expires_at
        return etag(thing.user_id, thing.given_at, ends, *thing.permits)

    def change(self, thing: Guest, given: Mapping[str, Any]) -> Guest:
        return guests.change(actor=self.actor, user=thing.user, at=self.at, **given)

    @extend_schema(request=VisitIn, responses=GuestOut)
    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().patch(request, *args, **kwargs)
