"""Who stands in for me, and for whom I stand in."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.access.rules import SIGNED_IN, door
from accounts.approvals import forms
from accounts.approvals.queries import standing
from accounts.approvals.rules.permits import DELEGATE
from accounts.approvals.services import deputies
from accounts.approvals.views.lists import tabs
from accounts.people import queries as people
from panel.kernel.errors import Missing
from panel.ui.pages import Act, FormPage


@door(SIGNED_IN, post=DELEGATE)
class Deputies(FormPage):
    form_class = forms.NameDeputy
    template_name = "accounts/approvals/deputies.html"

    def form_options(self) -> dict[str, Any]:
        return {"people": [(str(key), name) for key, name in people.choices() if key != self.actor.id]}

    def initial(self) -> dict[str, Any]:
        today = localtime(self.at).date()
        return {"start": today, "until": today + timedelta(days=14)}

    def context(self) -> dict[str, Any]:
        rows = standing.deputies_around(self.actor)
        names = people.names(one for row in rows for one in (row.person_id, row.deputy_id))
        running = {row.id for row in rows if row.ended_at is None and row.ends_at > self.at}
        return {"rows": rows, "names": names, "running": running, "tabs": tabs("deputies")}

    def perform(self, form: Any) -> str:
        deputies.name(
            actor=self.actor, deputy_id=UUID(form.cleaned_data["deputy"]), reason=form.cleaned_data["reason"],
            starts_at=form.starts_at, ends_at=form.ends_at, at=self.at,
        )  # fmt: skip
        self.tell(_("Named. It ends by itself."))
        return reverse("approvals:deputies")


@door(SIGNED_IN)
class Ending(Act):
    def back(self) -> str:
        return reverse("approvals:deputies")

    def perform(self) -> str:
        found = standing.deputy_of(self.actor, self.kwargs["deputy_id"])
        if found is None:
            raise Missing(_("There is no such deputy."))
        deputies.end(actor=self.actor, deputy=found, at=self.at)
        return _("Ended.")
