"""Sessions and second factors: one's own under /api/v1/account/, anybody's under /api/v1/people/<id>/."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import MANAGE_PEOPLE, SEE_PEOPLE, SIGNED_IN, door
from accounts.people import queries as people
from accounts.people.models import User
from accounts.signin import queries
from accounts.signin.models import Session
from accounts.signin.rules import CHANGE, END_SESSIONS, PROVED_BY
from accounts.signin.services import factors, limits, resets, sessions
from panel.kernel.errors import Missing
from panel.ui.api.paging import Whole
from panel.ui.api.views import Endpoint

MAX_REASON = 500


class SessionOut(serializers.ModelSerializer[Session]):
    """`device` as "Firefox/Linux", `place` the network that it was used from last. Instants are real time."""

    device = serializers.CharField()
    place = serializers.CharField()
    factors = serializers.SerializerMethodField()
    current = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = ("id", "device", "place", "factors", "opened_at", "seen_at", "current")
        read_only_fields = fields

    def get_factors(self, row: Session) -> list[str]:
        return row.factors.split()

    def get_current(self, row: Session) -> bool:
        via = self.context["view"].actor.via
        return via is not None and via == ("session", row.id)


class FactorOut(serializers.Serializer[Any]):
    """`kind`: totp or passkey. A passkey's name is shown to its owner only."""

    id = serializers.UUIDField(source="uuid")
    kind = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_kind(self, row: Any) -> str:
        return "passkey" if hasattr(row, "rename") else "totp"

    def get_name(self, row: Any) -> str | None:
        own = row.user_id == self.context["view"].actor.id
        return str(row.name) if own and hasattr(row, "rename") else None


class FactorsOut(serializers.Serializer[Any]):
    """`recovery_codes`: how many are left. `passkey_from`: the day from which a role asks for a passkey."""

    factors = FactorOut(many=True)
    recovery_codes = serializers.IntegerField()
    passkey_from = serializers.DateField(allow_null=True)


class ResetIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=MAX_REASON)


class AskedOut(serializers.Serializer[Any]):
    """What waits for somebody else's word, under /api/v1/approvals/."""

    approval = serializers.UUIDField(source="id")
    expires_at = serializers.DateTimeField()


class Of(Endpoint):
    pagination_class = Whole

    def person(self) -> User:
        raise NotImplementedError

    def sessions(self) -> Response:
        return self.items(queries.open_sessions(self.person(), at=timezone.now(), limits=limits.current()))

    def factors(self) -> Response:
        person = self.person()
        held = queries.factors_of(person)
        return Response(
            FactorsOut(
                {
                    "factors": [one for one in (held.totp, *held.passkeys) if one is not None],
                    "recovery_codes": held.codes_left,
                    "passkey_from": queries.passkey_day(person.id, self.at),
                },
                context=self.get_serializer_context(),
            ).data
        )


class Own(Of):
    def person(self) -> User:
        found = people.user(self.actor.id) if self.actor.id else None
        if found is None:
            raise Missing(_("There is no such person."))
        return found


class Theirs(Of):
    def person(self) -> User:
        found = people.everybody().persons().filter(id=self.kwargs["user_id"]).first()
        if found is None:
            raise Missing(_("There is no such person."))
        return found


@door(SIGNED_IN)
class OwnSessions(Own):
    serializer_class = SessionOut

    @extend_schema(operation_id="account_sessions_list", responses=SessionOut(many=True))
    def get(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """One's own open sessions, the newest use first."""
        return self.sessions()


@door(CHANGE)
class OwnSession(Own):
    serializer_class = SessionOut

    @extend_schema(responses={204: None})
    def delete(self, request: Request, session_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """End one of one's own sessions, from a session."""
        sessions.end(actor=self.actor, user=self.person(), sid=session_id, at=self.at)
        return Response(status=204)


@door(SIGNED_IN)
class OwnFactors(Own):
    serializer_class = FactorsOut

    @extend_schema(operation_id="account_factors_get", responses=FactorsOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """One's own second factors."""
        return self.factors()


@door(CHANGE)
class OwnFactor(Own):
    serializer_class = FactorOut

    @extend_schema(responses={204: None})
    def delete(self, request: Request, factor_id: UUID) -> Response:
        """Remove one, from a session that has just proved another."""
        proved_by = request._request.session.get(PROVED_BY, "")
        factors.remove(actor=self.actor, user=self.person(), factor=factor_id, proved_by=proved_by, at=self.at)
        return Response(status=204)


@door(END_SESSIONS)
class TheirSessions(Theirs):
    serializer_class = SessionOut

    @extend_schema(operation_id="people_sessions_list", responses=SessionOut(many=True))
    def get(self, request: Request, user_id: UUID) -> Response:  # noqa: ARG002
        """Somebody's open sessions."""
        return self.sessions()

    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: UUID) -> Response:  # noqa: ARG002
        """End all of them, and what was running in them."""
        sessions.end_others(actor=self.actor, user=self.person(), at=self.at)
        return Response(status=204)


@door(END_SESSIONS)
class TheirSession(Theirs):
    serializer_class = SessionOut

    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: UUID, session_id: UUID) -> Response:  # noqa: ARG002
        """End one of them."""
        sessions.end(actor=self.actor, user=self.person(), sid=session_id, at=self.at)
        return Response(status=204)


@door(SEE_PEOPLE)
class TheirFactors(Theirs):
    serializer_class = FactorsOut

    @extend_schema(operation_id="people_factors_get", responses=FactorsOut)
    def get(self, request: Request, user_id: UUID) -> Response:  # noqa: ARG002
        """What somebody can prove themselves with: kinds and days, no names and no secrets."""
        return self.factors()


@door(MANAGE_PEOPLE)
class Reset(Theirs):
    serializer_class: Any = AskedOut
    input_class = ResetIn

    @extend_schema(request=ResetIn, responses={201: AskedOut})
    def post(self, request: Request, user_id: UUID) -> Response:  # noqa: ARG002
        """Ask that all their factors are reset; another administrator decides."""
        given = self.given()
        row = resets.ask(actor=self.actor, user=self.person(), reason=given["reason"], at=self.at)
        return Response(self.shown(row), status=201)
