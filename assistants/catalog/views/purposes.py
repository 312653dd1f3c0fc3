"""What an assistant's calls serve and who agreed, what is kept of them, and the same of every assistant."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.access.rules import door
from assistants.catalog import forms
from assistants.catalog.models import Storage as Kept
from assistants.catalog.queries import coverage
from assistants.catalog.queries import purposes as queries
from assistants.catalog.rules import permits
from assistants.catalog.rules.purposes import EXPLAINED, KEEPS
from assistants.catalog.services import purposes as verbs
from assistants.catalog.views.base import STATE_WORDS, OfAssistant, mark
from panel.kernel import clock
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage


@door(permits.VIEW, post=permits.BIND)
class Purposes(OfAssistant, FormPage):
    form_class = forms.Bind
    template_name = "assistants/catalog/privacy/purposes.html"
    tab = "catalog:purposes"

    def form_options(self) -> dict[str, Any]:
        return {"purposes": queries.choosable(), "keys": queries.keys_of(self.assistant)}

    def initial(self) -> dict[str, Any]:
        return {"required": "yes"}

    def context(self) -> dict[str, Any]:
        kept, level = queries.storages(self.assistant), queries.keep(self.assistant)
        return {
            **super().context(),
            "lines": queries.lines(self.assistant, self.at, [get_language() or "en"]),
            "kept": kept[0] if kept else None,
            "level": KEEPS[level],
            "explained": EXPLAINED[level],
            "events": [
                {"kind": "note", "title": f"{one.number}. {queries.kept_words(one, self.assistant)}", "at": one.at}
                for one in kept[:10]
            ],
        }

    def perform(self, form: Any) -> str:
        verbs.bind(actor=self.actor, assistant=self.assistant, at=self.at, **form.cleaned_data)
        self.tell(_("Bound. It holds for the next call."))
        return self.page("purposes")


@door(permits.BIND)
class PurposeRemoval(OfAssistant, Act):
    def perform(self) -> Text:
        found = queries.binding(self.assistant, self.kwargs["binding_id"])
        if found is None:
            raise Missing(_("This purpose is not bound here."))
        verbs.unbind(actor=self.actor, binding=found, at=self.at)
        return _("Let go. Nobody is refused because of it any more.")

    def back(self) -> str:
        return self.page("purposes")


@door(permits.VIEW, post=permits.KEEP)
class Storage(OfAssistant, FormPage):
    """How much of calls is kept, for what; each change is a number that people can look up."""

    form_class = forms.Storage
    template_name = "assistants/catalog/privacy/storage.html"
    tab = "catalog:purposes"

    @cached_property
    def now(self) -> Kept | None:
        return queries.storage(self.assistant)

    def form_options(self) -> dict[str, Any]:
        return {"purposes": queries.choosable()}

    def initial(self) -> dict[str, Any]:
        now = self.now
        values = {"purpose_id": str(now.purpose_id or ""), "told": now.told, "number": now.number} if now else {}
        return {"told": True, "number": 0, "keep": queries.keep(self.assistant), **values}

    def context(self) -> dict[str, Any]:
        return {**super().context(), "levels": [(name, EXPLAINED[one]) for one, name in KEEPS.items()]}

    def perform(self, form: Any) -> str:
        verbs.settle(actor=self.actor, assistant=self.assistant, at=self.at, **form.cleaned_data)
        self.tell(_("Saved. It holds from now on; what is stored already stays until its time is over."))
        return self.page("purposes")


def _least(found: dict[Any, dict[Any, coverage.Coverage]], name: str) -> Callable[[Any], str]:
    """A number of the purpose that fewest agree to."""

    def read(row: Any) -> str:
        every = found.get(row.id, {}).values()
        one = min(every, key=lambda one: (one.share is None, one.share or 0), default=None)
        value = getattr(one, name) if one else None
        return "–" if value is None else f"{value}"

    return read


def _columns(found: dict[Any, dict[Any, coverage.Coverage]]) -> list[Column]:
    return [
        Column(
            "name",
            gettext_lazy("Assistant"),
            cell="title",
            second=lambda row: row.slug,
            mono=lambda _row: True,
            sort="name",
            card="title",
            url=lambda row: reverse("catalog:purposes", args=[row.id]),
        ),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda row: mark(row.state),
            second=lambda row: STATE_WORDS[row.state],
            cell="state",
            card="state",
        ),
        Column("asked", gettext_lazy("Purposes asked"), value=lambda row: len(found.get(row.id, {})), numeric=True),
        Column("people", gettext_lazy("People known"), value=_least(found, "people"), numeric=True),
        Column("given", gettext_lazy("Agree"), value=_least(found, "given"), numeric=True),
        Column("share", gettext_lazy("Agree, %"), value=_least(found, "share"), numeric=True),
    ]


@door(permits.VIEW)
def consents(request: HttpRequest) -> HttpResponseBase:
    """Every assistant that serves a purpose, with how many of its people agree."""
    empty = Empty(
        gettext_lazy("No assistant serves a purpose yet"),
        gettext_lazy("Bind a purpose on the page “Privacy” of an assistant. Its consent is then asked and enforced."),
    )
    page = ListPage(
        request,
        Rows(queries.covered(actor_of(request)), ["name", "slug"]),
        [],
        sort="name",
        empty=empty,
        searchable=gettext_lazy("Search by name"),
        csv_name="consent-by-assistant",
    )
    page.columns = _columns({})
    page.columns = _columns(coverage.of([row.id for row in page.objects], clock.now()))
    return answer(request, "assistants/catalog/privacy/consents.html", page, {})
