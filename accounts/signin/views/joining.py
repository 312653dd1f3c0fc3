"""A one-time link in the browser: it shows the step it stands at, and is gone when it has done its work."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from accounts.access.rules import open_to_all
from accounts.signin.services import links
from accounts.signin.views import enrolment
from panel.ui.pages import Page
from panel.ui.web.errors import page


@open_to_all("Whoever holds the one-time link becomes the person it was made for.")
class Join(Page):
    @transaction.atomic
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        found = links.find(str(kwargs["token"]), self.at, lock=request.method == "POST")
        if found is None:
            text = _("It was used, has ended, or was replaced by a newer one. Ask an administrator for a new link.")
            return page(request, 404, title=_("This link does not work any more"), text=text)
        # A form of an earlier step, from another tab or the back button: show where the link really stands.
        stale = request.method == "POST" and request.POST.get("stage") != found.stage
        step = {one.name: one for one in enrolment.JOIN}[found.stage]
        answer: HttpResponseBase | None = None if stale else step.show(request, found)
        return answer or HttpResponseRedirect(request.path)
