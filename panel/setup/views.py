"""`/setup/<token>/`: always shows the step that the set-up stands at, so a reload or another visit resumes it."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from accounts.access.rules import open_to_all
from panel.kernel.registries import setup
from panel.setup.services import links
from panel.ui.pages import Page
from panel.ui.web.errors import page


@open_to_all("Whoever holds the printed link becomes the first administrator; there is nobody yet who could sign in.")
class Setup(Page):
    @transaction.atomic
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        found = links.find(str(kwargs["token"]), self.at, lock=request.method == "POST")
        if found is None:
            text = _(
                "It was used, or was replaced by a newer one. On the server, “manage.py setup_link” prints the one that "
                "works. If the panel has an administrator, sign in."
            )
            return page(request, 404, title=_("This set-up link does not work"), text=text)
        # A form of an earlier step (another browser, the back button): show where the set-up really stands.
        stale = request.method == "POST" and request.POST.get("stage") != found.stage
        step = {one.name: one for one in setup.steps()}[found.stage]
        answer: HttpResponseBase | None = None if stale else step.show(request, found)
        return answer or HttpResponseRedirect(request.path)
