"""/api/v1/assistants/: assistants, their draft, the kill switch, the archive."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import door
from assistants.catalog.api import shapes
from assistants.catalog.models import Assistant
from assistants.catalog.models import Draft as DraftRow
from assistants.catalog.queries import assistants, versions
from assistants.catalog.rules import permits
from assistants.catalog.services import assistants as verbs
from assistants.catalog.services import drafts, switch
from panel.kernel.errors import Missing
from panel.ui.api.conditional import etag, match, tagged
from panel.ui.api.views import Collection, Endpoint, Item


@extend_schema_view(get=extend_schema(operation_id="assistants_list", responses=shapes.AssistantOut(many=True)))
@door(permits.VIEW, post=permits.ADD)
class Assistants(Collection):
    """List the assistants that the caller may see; make one."""

    serializer_class = shapes.AssistantOut
    input_class = shapes.AssistantIn

    def rows(self) -> Any:
        return assistants.visible_to(self.actor).select_related("live_version")

    def create(self, given: Mapping[str, Any]) -> Assistant:
        return verbs.create(actor=self.actor, at=self.at, **given)

    def url_of(self, made: Assistant) -> str:
        return reverse("catalog:api_assistant", args=[made.id])

    @extend_schema(request=shapes.AssistantIn, responses={201: shapes.AssistantOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfAssistant(Endpoint):
    serializer_class: Any = shapes.AssistantOut

    def thing(self) -> Assistant:
        rows = assistants.visible_to(self.actor).select_related("live_version")
        found = rows.filter(id=self.kwargs["assistant_id"]).first()
        if found is None:
            raise Missing(_("There is no such assistant."))
        return found


@door(permits.VIEW, patch=permits.EDIT)
class One(OfAssistant, Item):
    """One assistant; PATCH changes its name and description."""

    input_class = shapes.DescriptionIn

    def tag(self, thing: Assistant) -> str:
        return etag(thing.id, thing.revision)

    def change(self, thing: Assistant, given: Mapping[str, Any]) -> Assistant:
        kept = {"team_id": thing.team_id}
        return verbs.describe(
            actor=self.actor, assistant=thing, revision=thing.revision, at=self.at, **(kept | {**given})
        )

    @extend_schema(request=shapes.DescriptionIn, responses=shapes.AssistantOut)
    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().patch(request, *args, **kwargs)


@door(permits.VIEW, put=permits.EDIT)
class Draft(OfAssistant):
    serializer_class = shapes.DraftOut
    input_class = shapes.DraftIn

    @extend_schema(responses=shapes.DraftOut)
    def get(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """What the next version will say, with its ETag."""
        draft = versions.draft_of(self.thing())
        return tagged(request, shapes.DraftOut(draft).data, _tag(draft))

    @extend_schema(request=shapes.DraftIn, responses=shapes.DraftOut)
    def put(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002
        """Replace it; needs If-Match."""
        assistant = self.thing()
        draft = versions.draft_of(assistant)
        match(request, _tag(draft))
        given = self.given()
        done = drafts.edit(actor=self.actor, assistant=assistant, revision=draft.revision, at=self.at, **given)
        return Response(shapes.DraftOut(done).data, headers={"ETag": _tag(done)})


def _tag(draft: DraftRow) -> str:
    return etag("draft", draft.pk, draft.revision)


@door(permits.PAUSE)
class Suspension(OfAssistant):
    """The kill switch."""

    serializer_class = shapes.SuspensionOut

    @extend_schema(request=shapes.ReasonIn, responses=shapes.SuspensionOut)
    def post(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002
        """Stop it: every call gets 503. Answers when every live gateway worker has confirmed, or after a second."""
        reader = shapes.ReasonIn(data=request.data)
        reader.is_valid(raise_exception=True)
        reason = reader.validated_data["reason"]
        return _told(switch.pause(actor=self.actor, assistant=self.thing(), reason=reason, at=self.at))

    @extend_schema(request=None, responses={200: shapes.SuspensionOut})
    def delete(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002
        """Let it answer again."""
        return _told(switch.resume(actor=self.actor, assistant=self.thing(), at=self.at))


def _told(done: switch.Switched) -> Response:
    return Response({"state": done.assistant.state, "silent_workers": done.silent})


@door(permits.ARCHIVE)
class Archival(OfAssistant):
    @extend_schema(request=shapes.ReasonIn, responses=shapes.AssistantOut)
    def post(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002
        """No calls, no edits; versions and traces stay."""
        reader = shapes.ReasonIn(data=request.data)
        reader.is_valid(raise_exception=True)
        reason = reader.validated_data["reason"]
        done = verbs.archive(actor=self.actor, assistant=self.thing(), reason=reason, at=self.at)
        return Response(self.shown(done))

    @extend_schema(request=None, responses={200: shapes.AssistantOut})
    def delete(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002
        """Bring it back, stopped."""
        return Response(self.shown(verbs.restore(actor=self.actor, assistant=self.thing(), reason="", at=self.at)))
