"""Versions and publications of an assistant."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import door
from assistants.catalog.api import shapes
from assistants.catalog.api.assistants import OfAssistant
from assistants.catalog.models import Assistant, AssistantVersion, Publication
from assistants.catalog.queries import versions
from assistants.catalog.rules import permits
from assistants.catalog.services import publishing
from panel.kernel.errors import Missing
from panel.ui.api.idempotency import once


def _numbered(assistant: Assistant, number: int) -> AssistantVersion:
    found = versions.numbered(assistant, number)
    if found is None:
        raise Missing(_("There is no such version."))
    return found


@extend_schema_view(get=extend_schema(operation_id="assistants_versions_list", responses=shapes.VersionOut(many=True)))
@door(permits.VIEW)
class Versions(OfAssistant):
    serializer_class = shapes.VersionOut
    ordering = "-number"

    def rows(self) -> Any:
        fake = getattr(self, "swagger_fake_view", False)
        return AssistantVersion.objects.none() if fake else self.thing().versions.all()

    def get(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """Versions, newest first."""
        page = self.paginate_queryset(self.rows())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


@door(permits.VIEW)
class Version(OfAssistant):
    serializer_class = shapes.WholeVersionOut

    @extend_schema(responses=shapes.WholeVersionOut)
    def get(self, request: Request, assistant_id: UUID, number: int) -> Response:  # noqa: ARG002
        """One version with its content."""
        return Response(self.shown(_numbered(self.thing(), number)))


@extend_schema_view(
    get=extend_schema(operation_id="assistants_publications_list", responses=shapes.PublicationOut(many=True))
)
@door(permits.VIEW, post=permits.PUBLISH)
class Publications(OfAssistant):
    serializer_class = shapes.PublicationOut
    input_class = shapes.PublicationIn

    def rows(self) -> Any:
        fake = getattr(self, "swagger_fake_view", False)
        return Publication.objects.none() if fake else self.thing().publications.select_related("version")

    def get(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002
        """What was live when, newest first."""
        page = self.paginate_queryset(self.rows())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=shapes.PublicationIn, responses={201: shapes.PublicationOut})
    def post(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002
        """Publish the draft; with `version`, roll back to that version."""
        given, assistant = self.given(), self.thing()
        return once(request, self.actor, lambda: Response(self.shown(self._publish(assistant, given)), status=201))

    def _publish(self, assistant: Assistant, given: Mapping[str, Any]) -> Publication:
        who = {"actor": self.actor, "assistant": assistant, "message": given["message"], "at": self.at}
        if "version" in given:
            return publishing.roll_back(**who, version=_numbered(assistant, given["version"]))
        return publishing.publish(**who, draft_revision=given.get("draft_revision"))
