"""I forgot my password: ask for a link, then set a new one. The second factor stays what it was, and is asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.rules import open_to_all
from accounts.signin import forms
from accounts.signin.services import forgotten
from accounts.signin.views import sessions
from panel.kernel.errors import Missing
from panel.ui.pages import FormPage
from panel.ui.web.errors import page


@open_to_all("Who forgot their password cannot be signed in.")
class Forgotten(FormPage):
    form_class = forms.Forgotten
    template_name = "accounts/signin/forgotten/asking.html"

    def perform(self, form: forms.Forgotten) -> HttpResponseBase:
        forgotten.ask(email=form.cleaned_data["email"], address=sessions.address(self.request), at=timezone.now())
        return self.show(form=form, asked=True)


@open_to_all("Whoever holds the mailed link may set a new password; it signs nobody in.")
class NewPassword(FormPage):
    """Opening the link changes nothing, so that a mail filter that looks at it uses nothing up."""

    form_class = forms.NewPassword
    template_name = "accounts/signin/forgotten/new_password.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            forgotten.require_open(kwargs["token"])
            return super().dispatch(request, *args, **kwargs)
        except Missing as gone:
            return page(request, 404, title=_("This link does not work any more"), text=gone.sentence)

    def perform(self, form: forms.NewPassword) -> str:
        user = forgotten.use(token=self.kwargs["token"], password=form.cleaned_data["password"], at=self.at)
        self.tell(_("The new password works. Every session has ended; now your second factor."))
        sessions.pend(self.request, user, reverse("home:now"))
        return reverse("signin:factor")
