"""Forms that carry a request out: restrictions and objections, an erasure or a correction that a second person approves."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from compliance.consent.rules.purposes import BASIS_NAMES, Basis
from compliance.requests import forms
from compliance.requests.rules import permits
from compliance.requests.rules.kinds import Kind
from compliance.requests.services import correcting, effects
from compliance.requests.services.erasure import approving, ending
from compliance.requests.views.base import Doing

LEADS = {
    Kind.RESTRICTION: gettext_lazy(
        "Nothing of theirs is processed until you lift it: the gateway refuses every call within a second."
    ),
    Kind.OPT_OUT: gettext_lazy("Nothing of theirs is sold or shared any more: the gateway follows within a second."),
    Kind.OBJECTION: gettext_lazy(
        "What you tick ends in the ledger, and the gateway follows within a second. The rest goes on."
    ),
}
NOTHING = gettext_lazy("Nothing is processed that this person could object to. Tell them so.")


@door(permits.HANDLE)
class Answer(Doing):
    heading, verb = gettext_lazy("Carry it out"), gettext_lazy("Do it and tell them")

    @cached_property
    def contested(self) -> list[tuple[UUID, str]]:
        found = effects.contested(self.row)
        return [(one.id, f"{words.label} · {BASIS_NAMES[Basis(one.basis)]}") for one, words in found]

    @property
    def form_class(self) -> Any:  # type: ignore[override]
        return forms.Objecting if self.contested else forms.Answer

    def form_options(self) -> dict[str, Any]:
        return {"purposes": self.contested} if self.contested else {}

    @property
    def lead(self) -> Any:
        return LEADS.get(Kind(self.row.kind), "") if self.contested or self.row.kind != Kind.OBJECTION else NOTHING

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        effects.carry_out(
            actor=self.actor, request=self.row, words=given["words"], purposes=given.get("purposes"), at=self.at
        )
        return self.back()


@door(permits.HANDLE)
class Erasure(Doing):
    form_class = forms.Reason
    heading, verb = gettext_lazy("Ask for the erasure"), gettext_lazy("Ask a second person")
    lead = gettext_lazy("Somebody else approves exactly what the preview shows. It cannot be undone then.")

    def context(self) -> dict[str, Any]:
        return {**super().context(), "preview": approving.preview_of(self.row), "copied": False}

    def perform(self, form: Any) -> str:
        approving.ask(actor=self.actor, request=self.row, reason=form.cleaned_data["reason"], at=self.at)
        self.tell(_("Asked. Somebody else has to approve it."))
        return self.back()


@door(permits.HANDLE)
class Ending(Doing):
    form_class = forms.Ending
    heading, verb = gettext_lazy("End it without that search"), gettext_lazy("End it and sign the certificate")
    lead = gettext_lazy(
        "Everything is erased, and its keys are destroyed. The certificate names what was not searched."
    )

    def perform(self, form: Any) -> str:
        ending.accept(actor=self.actor, request=self.row, reason=form.cleaned_data["reason"], at=self.at)
        return self.back()


@door(permits.HANDLE)
class Correction(Doing):
    form_class = forms.Correction
    heading, verb = gettext_lazy("Correct it"), gettext_lazy("Ask a second person")
    lead = gettext_lazy("Somebody else approves it, then it is changed where it stands.")

    def form_options(self) -> dict[str, Any]:
        return {"now": correcting.fields(self.row)}

    def perform(self, form: Any) -> str:
        correcting.ask(actor=self.actor, request=self.row, at=self.at, **form.cleaned_data)
        self.tell(_("Asked. Somebody else has to approve it."))
        return self.back()
