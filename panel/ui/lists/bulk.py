"""One act on several rows: it says what will happen, does one after the other, and tells which were not done and why.

    @door(rules.USE)
    class Revocations(BulkPage):
        def find(self, ids): return {str(key.pk): key for key in queries.visible_to(self.actor).filter(id__in=ids)}
        def perform(self, row): services.revoke(actor=self.actor, key=row, at=self.at)

Each row goes through the same verb as a single one, in a transaction of its own. Without JavaScript nothing is different.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from panel.kernel.errors import NeedsFreshFactor, Refusal
from panel.ui.menu import Text
from panel.ui.pages import Page, go

MOST = 50
"""Rows of one act: what one page of a list shows."""
REASON = 300
"""Characters of a reason."""


@dataclass(frozen=True)
class Undone:
    """A row on which the act was refused, and the refusal's sentence."""

    key: str
    name: Text
    why: str


class BulkPage(Page):
    """POST `row=<id>` several times: a question; with `sure=1` the act. `verb` is the button's, with {n}."""

    template_name = "ui/bulk.html"
    http_method_names = ("get", "post", "options")
    list_url_name = ""
    verb: Text = ""
    icon = ""
    tone = "danger"
    reason_label: Text = ""
    """What the field for a reason is called; empty asks for none. The answer stands in `self.reason`."""
    reason = ""

    def find(self, ids: list[UUID]) -> Mapping[str, Any]:
        """The rows that the actor may see, by id."""
        raise NotImplementedError

    def perform(self, row: Any) -> None:
        """The one domain call. A Refusal is told beside the row and the others go on."""
        raise NotImplementedError

    def question(self, rows: list[Any]) -> str:
        raise NotImplementedError

    def consequences(self, rows: list[Any]) -> list[dict[str, Any]]:  # noqa: ARG002 - most need the rows
        return []

    def told(self, done: int) -> str:
        """The toast when all went well."""
        raise NotImplementedError

    def title(self, row: Any) -> Text:
        name: Text = row.name
        return name

    def back(self) -> str:
        found = self.request.POST.get("back", "")
        inside = found.startswith("/") and url_has_allowed_host_and_scheme(found, None)
        return found if inside else reverse(self.list_url_name)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(self.back())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        keys = _ids(request.POST.getlist("row"))
        rows = dict(self.find(keys)) if keys else {}
        if not rows:
            self.tell(_("Pick rows first. What was picked may be gone."), failed=True)
            return go(request, self.back())
        self.reason = " ".join(request.POST.get("reason", "").split())
        if not request.POST.get("sure"):
            return self._ask(list(rows.values()))
        if self.reason_label and not 1 <= len(self.reason) <= REASON:
            return self._ask(list(rows.values()), wrong=_("Say why, in at most %(n)s characters.") % {"n": REASON})
        undone = [found for key, row in rows.items() if (found := self._try(key, row))]
        if not undone:
            self.tell(self.told(len(rows)))
            return go(request, self.back())
        return self.show(undone=undone, done=len(rows) - len(undone), back=self.back(), verb=self._verb(len(undone)))

    def context(self) -> dict[str, Any]:
        return {
            "here": self.request.path,
            "icon": self.icon,
            "tone": self.tone,
            "list_url": reverse(self.list_url_name),
            "reason_label": self.reason_label,
            "reason": self.reason,
        }

    def _ask(self, rows: list[Any], wrong: str = "") -> HttpResponse:
        return self.show(
            status=422 if wrong else 200,
            wrong=wrong,
            question=self.question(rows),
            consequences=self.consequences(rows),
            picked=[(str(row.pk), self.title(row)) for row in rows],
            back=self.back(),
            verb=self._verb(len(rows)),
        )

    def _verb(self, count: int) -> str:
        return str(self.verb).format(n=count)

    def _try(self, key: str, row: Any) -> Undone | None:
        try:
            self.perform(row)
        except NeedsFreshFactor:
            raise  # the door leads to the factor and back to the question
        except Refusal as refusal:
            return Undone(key, self.title(row), refusal.sentence)
        return None


def _ids(texts: list[str]) -> list[UUID]:
    """At most 50; what is no id is left out."""
    found: dict[UUID, None] = {}
    for text in texts[:MOST]:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)
