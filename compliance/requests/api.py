"""/api/v1/requests/: requests by pseudonym, their dates, and those that an application passes on."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request as Call
from rest_framework.response import Response

from accounts.access.rules import door
from compliance.requests.models import Request
from compliance.requests.queries import clocks, reading, statistics, tracks
from compliance.requests.rules import permits
from compliance.requests.rules.deadlines import DEFAULTS
from compliance.requests.rules.kinds import Kind, Source
from compliance.requests.rules.states import State
from compliance.requests.rules.wishes import LONGEST, Wish
from compliance.requests.services import asking
from compliance.requests.services.asking import Entered
from compliance.subjects.rules import LONGEST as LONGEST_NAME
from panel.kernel.errors import Missing
from panel.ui.api.conditional import etag
from panel.ui.api.views import Collection, Endpoint, Item


class RequestOut(serializers.ModelSerializer[Request]):
    """`rule` says why the answer is due on that day."""

    code = serializers.CharField(read_only=True)
    rule = serializers.SerializerMethodField()

    class Meta:
        model = Request
        fields = (
            "id", "code", "kind", "regime", "source", "state", "received_at", "due_on", "rule", "subject",
            "extended_at", "closed_at", "ground",
        )  # fmt: skip
        read_only_fields = fields

    def get_rule(self, row: Request) -> str:
        return tracks.rule(clocks.due(row, row.closed_at or row.received_at))


class RequestIn(serializers.Serializer[Any]):
    """`identifier` is an exact name of the person; with `checked` (how you know that it is them) it is proven at once.
    `agent`, with `agent_contact` and `mandate`, asks for the person."""

    kind = serializers.ChoiceField(choices=[one.value for one in Kind])
    regime = serializers.ChoiceField(choices=list(DEFAULTS), required=False, default="")
    received_at = serializers.DateTimeField(required=False)
    email = serializers.EmailField(required=False, default="", max_length=254)
    identifier = serializers.CharField(required=False, default="", max_length=LONGEST_NAME)
    checked = serializers.CharField(required=False, default="", max_length=1000)
    words = serializers.CharField(required=False, default="", max_length=LONGEST)
    agent = serializers.CharField(required=False, default="", max_length=200)
    agent_contact = serializers.EmailField(required=False, default="", max_length=254)
    mandate = serializers.CharField(required=False, default="", max_length=1000)


class Choice(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=[one.value for one in State], required=False)
    kind = serializers.ChoiceField(choices=[one.value for one in Kind], required=False)


@extend_schema_view(
    get=extend_schema(operation_id="requests_list", parameters=[Choice]),
    post=extend_schema(request=RequestIn, responses={201: RequestOut}),
)
@door(permits.SEE, post=permits.ENTER)
class Requests(Collection):
    """Requests, newest first; enter one that reached an application."""

    serializer_class = RequestOut
    input_class = RequestIn
    filters = tuple(Choice().fields)

    def rows(self) -> QuerySet[Request]:
        chosen = Choice(data=self.request.query_params)
        chosen.is_valid(raise_exception=True)
        return reading.visible_to(self.actor).filter(**chosen.validated_data)

    def create(self, given: Mapping[str, Any]) -> Request:
        names = ("kind", "words", "regime", "agent", "agent_contact", "mandate")
        wish = Wish(**{name: given[name] for name in names})
        entered = Entered(
            Source.API, given.get("received_at") or self.at, given["email"], given["identifier"], given["checked"]
        )
        return asking.enter(actor=self.actor, wish=wish, entered=entered, at=self.at)

    def url_of(self, made: Request) -> str:
        return reverse("requests:api_request", args=[made.id])


@door(permits.SEE)
class OneRequest(Item):
    """One request, with its ETag."""

    serializer_class = RequestOut
    http_method_names = ("get", "head", "options")

    def thing(self) -> Request:
        request_id: UUID = self.kwargs["request_id"]
        found = reading.visible_to(self.actor).filter(id=request_id).first()
        if found is None:
            raise Missing(_("There is no such request."))
        return found

    def tag(self, thing: Request) -> str:
        return etag(thing.id, thing.revision)


class KindOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[one.value for one in Kind])
    all = serializers.IntegerField()
    open = serializers.IntegerField()


class NumbersOut(serializers.Serializer[Any]):
    """`days` is the median from receipt to answer, null while nothing was answered."""

    open = serializers.IntegerField()
    late = serializers.IntegerField()
    unassigned = serializers.IntegerField()
    answered = serializers.IntegerField()
    in_time = serializers.IntegerField()
    days = serializers.IntegerField(allow_null=True)
    by_kind = serializers.SerializerMethodField()

    @extend_schema_field(KindOut(many=True))
    def get_by_kind(self, found: statistics.Numbers) -> list[dict[str, Any]]:
        return [{"kind": kind, "all": number, "open": still} for kind, _title, number, still in found.by_kind]


@extend_schema_view(get=extend_schema(operation_id="requests_numbers"))
@door(permits.SEE)
class Numbers(Endpoint):
    """How many are open, late, answered, and how long it took."""

    serializer_class = NumbersOut

    def get(self, request: Call) -> Response:  # noqa: ARG002
        return Response(self.shown(statistics.numbers(reading.visible_to(self.actor), self.at)))
