"""Versions: the list, one of them, two side by side, and the way back."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from assistants.catalog import forms
from assistants.catalog.models import AssistantVersion
from assistants.catalog.queries import assistants, pinned, versions
from assistants.catalog.rules import permits
from assistants.catalog.services import publishing
from assistants.catalog.views.base import OfAssistant
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.pages import FormPage


def _columns(assistant_id: UUID, authors: dict[UUID, str], tests: dict[UUID, tuple[int, int]]) -> list[Column]:
    return [
        Column(
            "number",
            gettext_lazy("Version"),
            value=lambda row: f"v{row.number}",
            second=lambda row: row.message,
            cell="assistants/catalog/parts/cells.html#version",
            url=lambda row: reverse("catalog:version", args=[assistant_id, row.number]),
            sort="number",
            card="title",
        ),
        Column("digest", gettext_lazy("Content"), cell="hash", card="none"),
        Column("tests", gettext_lazy("Tests"), value=lambda row: "/".join(map(str, tests.get(row.id, ()))) or "–"),
        Column("author", gettext_lazy("By"), value=lambda row: authors.get(row.id, ""), cell="actor"),
        Column("created_at", gettext_lazy("Made"), cell="ago", sort="created_at"),
        Column(
            "acts", "", value=lambda _row: "", cell="assistants/catalog/parts/cells.html#acts", card="state", csv=False
        ),
    ]


@door(permits.VIEW)
class Versions(OfAssistant):
    template_name = "assistants/catalog/versions.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002 - Django's
        context = self.context()
        page = ListPage(
            request,
            Rows(versions.rows(self.assistant)),
            _columns(self.assistant.id, {}, {}),
            sort="-number",
            empty=Empty(
                _("No version yet"),
                _("Publishing the draft makes version 1. Versions never change."),
                _("Edit draft"),
                self.page("draft"),
            ),
            csv_name=f"{self.assistant.slug}-versions",
            caption=_("Versions"),
            extra={
                "live": self.assistant.live_version_id,
                "may": context["may"]["publish"] and self.assistant.state != "archived",
            },
        )
        page.columns = _columns(self.assistant.id, versions.authors(page.objects), pinned.summaries(page.objects))
        return answer(request, self.template_name, page, context)


class OfVersion(OfAssistant):
    tab = "catalog:versions"

    @cached_property
    def version(self) -> AssistantVersion:
        return self.numbered(self.kwargs["number"])

    def numbered(self, number: int) -> AssistantVersion:
        found = versions.numbered(self.assistant, number)
        if found is None:
            raise Missing(_("There is no such version."))
        return found


@door(permits.VIEW)
class Version(OfVersion):
    template_name = "assistants/catalog/version.html"

    def context(self) -> dict[str, Any]:
        content = versions.content_of(self.version)
        return {
            **super().context(),
            "version": self.version,
            "author": assistants.by_whom(self.version.author_kind, self.version.author_id),
            "content": content,
            "settings": versions.settings_of(content),
            "tests": pinned.summary(self.version),
        }


@door(permits.PUBLISH)
class Rollback(OfVersion, FormPage):
    """One step back: what changes, and why."""

    form_class = forms.Message
    template_name = "assistants/catalog/rollback.html"

    def context(self) -> dict[str, Any]:
        live = self.assistant.live_version
        new = versions.content_of(self.version)
        old = versions.content_of(live) if live else new
        return {**super().context(), "version": self.version, "comparison": versions.compare(old, new)}

    def perform(self, form: Any) -> str:
        message = form.cleaned_data["message"]
        publishing.roll_back(
            actor=self.actor, assistant=self.assistant, version=self.version, message=message, at=self.at
        )
        self.tell(_("Version %(number)s is live again.") % {"number": self.version.number})
        return self.back()


@door(permits.VIEW)
class Comparison(OfVersion):
    """`?old=3&new=draft`: numbers of versions, or the draft. Without them: what is live against the draft."""

    template_name = "assistants/catalog/comparison.html"

    def context(self) -> dict[str, Any]:
        live = self.assistant.live_version
        old, old_name = self._side("old", str(live.number) if live else "draft")
        new, new_name = self._side("new", "draft")
        return {
            **super().context(),
            "old": old_name,
            "new": new_name,
            "comparison": versions.compare(old, new),
            "choices": ["draft", *(str(one.number) for one in versions.of(self.assistant))],
        }

    def _side(self, name: str, default: str) -> tuple[Any, str]:
        asked = self.request.GET.get(name, default)
        if asked == "draft":
            return versions.content_of_draft(versions.draft_of(self.assistant)), _("Draft")
        if not asked.isascii() or not asked.isdigit() or len(asked) > 9:
            raise Missing(_("There is no such version."))
        return versions.content_of(self.numbered(int(asked))), f"v{int(asked)}"
