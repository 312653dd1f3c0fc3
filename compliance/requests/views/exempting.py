"""Leaving single items of a person as they are."""

from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access.rules import door
from compliance.requests import forms
from compliance.requests.queries import reading
from compliance.requests.rules import permits
from compliance.requests.rules.stores import Item
from compliance.requests.services.stores import exempting
from compliance.requests.views.base import OfRequest
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage


@door(permits.HANDLE)
class Exemptions(OfRequest, FormPage):
    """A page of the items of one store, and those that are exempt. `?store=` and `?after=` choose the page."""

    template_name = "compliance/requests/exemptions.html"
    form_class = forms.Exempting
    heading, verb = gettext_lazy("Leave single items as they are"), gettext_lazy("Leave them")
    lead = gettext_lazy("An erasure keeps them, a copy leaves them out; the certificate names each with its ground.")

    @property
    def store(self) -> str:
        names = [one.name for one in exempting.itemised()]
        found = self.request.GET.get("store", "") or next(iter(names), "")
        if found not in names:
            raise Missing(_("This store has no single items."))
        return found

    @property
    def after(self) -> UUID | None:
        try:
            return UUID(self.request.GET.get("after", ""))
        except ValueError:
            return None

    def items(self) -> list[Item]:
        return exempting.listed(self.row, self.store, self.after)

    def form_options(self) -> dict[str, Any]:
        return {"items": [(one.id, _words(one)) for one in self.items()]}

    def context(self) -> dict[str, Any]:
        found = self.items()
        return {
            **super().context(),
            "exemptions": reading.exemptions(self.row),
            "more": found[-1].id if len(found) == exempting.PAGE else None,
            "store": self.store,
            "items": found,
            "stores": [
                {"label": one.title, "url": f"?store={one.name}", "current": one.name == self.store, "count": None}
                for one in exempting.itemised()
            ],
        }

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        number = exempting.exempt(actor=self.actor, request=self.row, store=self.store, at=self.at, **given)
        self.tell(ngettext("%(n)s item is left as it is.", "%(n)s items are left as they are.", number) % {"n": number})
        return self.request.get_full_path()


def _words(one: Item) -> str:
    at = date_format(one.at, "DATETIME_FORMAT") if one.at else ""
    return " · ".join(text for text in (at, one.note, str(one.id)) if text)


@door(permits.HANDLE)
class Inclusion(OfRequest, Act):
    """POST: the item is treated as the others again."""

    def perform(self) -> Text | None:
        exempting.include(actor=self.actor, request=self.row, exemption=self.kwargs["exemption_id"], at=self.at)
        return _("It is treated as the others again.")
