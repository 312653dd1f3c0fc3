"""Buttons of one request: make the copy, try again, take the certificate, lift a restriction."""

from typing import Any

from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from compliance.requests import forms
from compliance.requests.rules import permits
from compliance.requests.rules.documents import TYPES
from compliance.requests.services import effects, writing
from compliance.requests.services.copies import downloading, packing
from compliance.requests.services.erasure import approving
from compliance.requests.views.base import OfRequest
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage
from panel.ui.web.files import attachment


@door(permits.HANDLE)
class Packing(OfRequest, Act):
    def perform(self) -> Text:
        packing.ask(actor=self.actor, request=self.row, at=self.at)
        return _("The copy is being made. They get a letter when it is ready.")


@door(permits.HANDLE)
class Retry(OfRequest, Act):
    def perform(self) -> Text:
        approving.retry(actor=self.actor, request=self.row, at=self.at)
        return _("It goes on where it stopped.")


@door(permits.SEE)
class Certificate(OfRequest):
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        proof = getattr(self.row, "proved", None)
        if proof is None:
            raise Missing(_("There is no certificate yet."))
        data = downloading.certificate(proof, self.at)
        return attachment(data, f"certificate-{self.row.code}.zip", "application/zip")


@door(permits.HANDLE)
class Document(OfRequest):
    """POST: the file of an agent, to be saved. Who reads it is written down, so a look at the page alone opens nothing."""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(self.back())

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        one, data = writing.read_document(actor=self.actor, request=self.row, at=self.at)
        return attachment(data, f"mandate-{self.row.code}.{one.kind}", TYPES[one.kind])


@door(permits.HANDLE)
class Lifting(OfRequest, FormPage):
    """A restriction ends, and the person hears of it before."""

    template_name = "compliance/requests/doing.html"
    form_class = forms.Text
    heading, verb = gettext_lazy("Lift the restriction"), gettext_lazy("Tell them and lift it")
    lead = gettext_lazy("From then on assistants may process what they say again. They read your words before it ends.")

    def perform(self, form: Any) -> str:
        effects.lift(actor=self.actor, request=self.row, words=form.cleaned_data["text"], at=self.at)
        return self.back()
