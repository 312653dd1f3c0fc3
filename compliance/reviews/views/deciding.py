"""Deciding one right, several at once, and asking that one comes back."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access.rules import door
from compliance.reviews import forms
from compliance.reviews.models import Item
from compliance.reviews.queries import reading
from compliance.reviews.queries.words import Words
from compliance.reviews.rules import populations
from compliance.reviews.rules.permits import DECIDE
from compliance.reviews.rules.states import Act
from compliance.reviews.services import deciding, undoing
from compliance.reviews.services.deciding import Word
from compliance.reviews.views.base import OfItem
from compliance.reviews.views.campaign import evidence
from panel.kernel import ids
from panel.kernel.errors import Missing
from panel.ui.lists.bulk import BulkPage
from panel.ui.menu import Text
from panel.ui.pages import FormPage

DONE: dict[str, Text] = {
    "kept": gettext_lazy("Kept."),
    "revoked": gettext_lazy("Revoked. It acts at once."),
    "reduced": gettext_lazy("Reduced. It acts at once."),
    "flagged": gettext_lazy("Flagged. It still waits for a decision."),
    "gone": gettext_lazy("This right was gone already. That is written down."),
}


@door(DECIDE)
class Decision(OfItem, FormPage):
    """One right with its evidence; POST decides."""

    form_class = forms.Decision
    template_name = "compliance/reviews/item.html"

    def form_options(self) -> dict[str, Any]:
        smaller = populations.known(self.item.kind).smaller
        return {"smaller": smaller(self.item) if smaller else []}

    def context(self) -> dict[str, Any]:
        return {**super().context(), **evidence(self.actor, self.item, self.words), "row": self.item}

    def show(self, *, status: int = 200, **values: Any) -> Any:
        """A form that was sent takes the place of the empty one, and is shown only to whoever may decide."""
        if self.request.method == "GET" or self.context()["form"] is None:
            values.pop("form", None)
        return super().show(status=status, **values)

    def perform(self, form: Any) -> str:
        act, reason, right = form.word
        row = deciding.decide(actor=self.actor, item=self.item, word=Word(act, reason, right), at=self.at)
        self.tell(DONE[row.state])
        return self.after()

    def after(self) -> str:
        back = self.request.POST.get("back", "")
        inside = back.startswith("/") and url_has_allowed_host_and_scheme(back, None)
        return self._onwards(back) if inside else self.back()

    def _onwards(self, back: str) -> str:
        """The list with the next right beside it that waits for the same reviewer."""
        path, _sep, query = back.partition("?")
        asked = QueryDict(query, mutable=True)
        following = reading.next_waiting(self.actor, self.item)
        if asked.get("peek") == str(self.item.id) and following is not None:
            asked["peek"] = str(following.id)
        return f"{path}?{asked.urlencode()}" if asked else path


@door(DECIDE)
class Reinstatement(OfItem, FormPage):
    """Ask that a second person gives it back."""

    form_class = forms.Reason
    template_name = "compliance/reviews/reinstatement.html"

    def perform(self, form: Any) -> str:
        undoing.ask(actor=self.actor, item=self.item, reason=form.cleaned_data["reason"], at=self.at)
        self.tell(_("Asked. It comes back when a second person approves."))
        return reverse("reviews:item", args=[self.item.id])


class Several(BulkPage):
    """POST decides each picked right through the one verb; they share a batch, and one reason."""

    template_name = "compliance/reviews/bulk.html"
    list_url_name = "reviews:campaigns"
    act = Act.KEEP

    @cached_property
    def words(self) -> Words:
        return Words(self.actor)

    @cached_property
    def batch(self) -> UUID:
        return ids.new_id(self.at)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.campaign = reading.visible_to(self.actor).filter(id=kwargs["campaign_id"]).first()
        if self.campaign is None:
            raise Missing(_("There is no such review."))
        return super().dispatch(request, *args, **kwargs)

    def back(self) -> str:
        found = super().back()
        here = reverse("reviews:campaign", args=[self.kwargs["campaign_id"]])
        return here if found == reverse(self.list_url_name) else found

    def find(self, ids: list[UUID]) -> Mapping[str, Item]:
        rows = list(reading.items(self.actor, self.campaign).filter(id__in=ids).order_by("place"))  # type: ignore[arg-type]
        self.words.learn(rows)
        self.size = len(rows)
        return {str(row.pk): row for row in rows}

    def perform(self, row: Item) -> None:
        word = Word(self.act, self.reason, batch=self.batch, size=self.size)
        deciding.decide(actor=self.actor, item=row, word=word, at=self.at)

    def title(self, row: Item) -> Text:
        where = self.words.where(row)
        return f"{self.words.holder(row)}: {self.words.right(row)}{f', {where}' if where else ''}"

    def context(self) -> dict[str, Any]:
        return {**super().context(), "campaign": self.campaign}


@door(DECIDE)
class Keeps(Several):
    verb = gettext_lazy("Keep {n}")
    icon = "check"
    tone = "primary"
    reason_label = gettext_lazy("Why all of these are still needed")

    def question(self, rows: list[Item]) -> str:
        return ngettext("Keep %(n)s right?", "Keep %(n)s rights?", len(rows)) % {"n": len(rows)}

    def consequences(self, rows: list[Item]) -> list[dict[str, Any]]:  # noqa: ARG002 - the same for all
        return [{"icon": "eye", "text": _("The report says that these were decided together, and your reason.")}]

    def told(self, done: int) -> str:
        return ngettext("%(n)s right is kept.", "%(n)s rights are kept.", done) % {"n": done}


@door(DECIDE)
class Revocations(Several):
    act = Act.REVOKE
    verb = gettext_lazy("Revoke {n}")
    icon = "ban"

    def question(self, rows: list[Item]) -> str:
        return ngettext("Revoke %(n)s right?", "Revoke %(n)s rights?", len(rows)) % {"n": len(rows)}

    def consequences(self, rows: list[Item]) -> list[dict[str, Any]]:  # noqa: ARG002 - the same for all
        return [
            {
                "icon": "ban",
                "text": _("They end at once, with answers that are under way and keys that reach nothing else."),
            },
            {
                "icon": "undo-2",
                "text": _("A second person can give a right back while the review is open; keys never come back."),
            },
        ]

    def told(self, done: int) -> str:
        return ngettext("%(n)s right is revoked.", "%(n)s rights are revoked.", done) % {"n": done}
