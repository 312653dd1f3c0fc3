"""What pages about one request share."""

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.requests.models import Request
from compliance.requests.queries import reading
from compliance.requests.rules.kinds import STAFF_NAMES, Kind
from panel.kernel.errors import Missing
from panel.ui.pages import FormPage, Page


class OfRequest(Page):
    @cached_property
    def row(self) -> Request:
        found = reading.visible_to(self.actor).filter(id=self.kwargs["request_id"]).first()
        if found is None:
            raise Missing(_("There is no such request."))
        return found

    def context(self) -> dict[str, Any]:
        row = self.row
        return {
            **super().context(), "row": row, "kind": STAFF_NAMES[Kind(row.kind)], "back": self.back(),
            "may": reading.rights(self.actor), "heading": getattr(self, "heading", ""), "lead": getattr(self, "lead", ""),
            "verb": getattr(self, "verb", ""),
        }  # fmt: skip

    def back(self) -> str:
        return reverse("requests:detail", args=[self.row.id])


class Doing(OfRequest, FormPage):
    template_name = "compliance/requests/doing.html"
    heading: Any = ""
    lead: Any = ""
    verb: Any = ""
