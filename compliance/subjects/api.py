"""/api/v1/subjects/: pseudonyms, and links that an application hands to its end users. No names come out here."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import door
from compliance.subjects import queries, rules
from compliance.subjects.models import Subject
from compliance.subjects.services import proving
from panel.kernel.errors import Missing
from panel.ui.api.views import Collection, Endpoint


class SubjectOut(serializers.Serializer[Subject]):
    """`subjects`: every id of the person, this one included; records carry any of them."""

    id = serializers.UUIDField()
    first_seen = serializers.DateTimeField(source="created_at")
    known_by = serializers.SerializerMethodField()
    subjects = serializers.SerializerMethodField()

    def get_known_by(self, row: Subject) -> list[str]:
        return sorted(queries.kinds_of([row.id]).get(row.id, set()))

    def get_subjects(self, row: Subject) -> list[UUID]:
        return queries.together(row.id)


class Choice(serializers.Serializer[Any]):
    """`identifier`: an exact e-mail address, account id or end-user id; parts of one find nobody."""

    identifier = serializers.CharField(required=False, max_length=rules.LONGEST)


@extend_schema_view(get=extend_schema(operation_id="subjects_list", parameters=[Choice]))
@door(rules.SEE)
class Subjects(Collection):
    """People whom data is about, newest first, one row a person."""

    serializer_class = SubjectOut
    http_method_names = ["get", "head", "options"]
    filters = tuple(Choice().fields)

    def rows(self) -> QuerySet[Subject]:
        chosen = Choice(data=self.request.query_params)
        chosen.is_valid(raise_exception=True)
        found = queries.persons()
        if identifier := chosen.validated_data.get("identifier"):
            found = found.filter(id__in=queries.exact([identifier], queries.scopes()))
        return found


@door(rules.SEE)
class OneSubject(Endpoint):
    """The person of a subject id."""

    serializer_class = SubjectOut

    def get(self, request: Request, subject_id: UUID) -> Response:  # noqa: ARG002
        found = queries.subject(queries.person_of(subject_id))
        if found is None:
            raise Missing(_("There is no such data subject."))
        return Response(self.shown(found))


class LinkIn(serializers.Serializer[Any]):
    """`end_user` is what the application sends as `safety_identifier` or `user`; `assistant` is the id of the assistant
    that it sends it to."""

    end_user = serializers.CharField(max_length=rules.LONGEST)
    assistant = serializers.UUIDField()


class LinkOut(serializers.Serializer[Any]):
    """`url` is shown once; it works once, for 30 minutes."""

    url = serializers.CharField()


@extend_schema_view(post=extend_schema(operation_id="subjects_link"))
@door(rules.VOUCH)
class Links(Collection):
    """A link that opens the privacy pages of one of the application's end users, for whom the key vouches."""

    serializer_class = LinkOut
    input_class = LinkIn
    hidden = ("url",)
    http_method_names = ["post", "options"]

    def create(self, given: Mapping[str, Any]) -> Any:
        url = proving.vouch(actor=self.actor, end_user=given["end_user"], scope=given["assistant"], at=self.at)
        return {"url": url}
