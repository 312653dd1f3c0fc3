"""Pages of those who keep purposes: one with its coverage, its words, its rules, documents."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import door
from compliance.consent import forms, queries
from compliance.consent.models import Purpose
from compliance.consent.rules import permits
from compliance.consent.rules.purposes import BASIS_NAMES, USE_NAMES, Words
from compliance.consent.rules.states import Act
from compliance.consent.services import choosing
from compliance.consent.services import purposes as verbs
from compliance.policies import queries as policies
from compliance.policies.rules.kinds import LANGUAGES
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Act as Button
from panel.ui.pages import FormPage, Page


class NewWords:
    """Pages with words in several languages; `?add=de` adds one."""

    request: HttpRequest

    def languages(self, known: set[str]) -> list[str]:
        given = {name.removeprefix("label_") for name in self.request.POST if name.startswith("label_")}
        found = {*known, *given, self.request.GET.get("add", "")} & set(LANGUAGES)
        return sorted(found or {"en"}, key=lambda one: (one != "en", one))


def _notices(actor: Any) -> list[tuple[Any, str]]:
    rows = policies.visible_to(actor).kept().filter(kind="notice").order_by("name")
    return list(rows.values_list("id", "name"))


@door(permits.WRITE)
class New(NewWords, FormPage):
    form_class = forms.New
    template_name = "compliance/consent/new.html"

    def form_options(self) -> dict[str, Any]:
        return {"languages": self.languages(set()), "notices": _notices(self.actor)}

    def context(self) -> dict[str, Any]:
        shown = self.languages(set())
        return {"missing": [(one, name) for one, name in LANGUAGES.items() if one not in shown]}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        purpose = verbs.create(
            actor=self.actor,
            slug=given["slug"],
            basis=given["basis"],
            use=given["use"],
            texts=form.texts,
            age=given["age"],
            expires_days=given["expires_days"],
            notice=policies.visible_to(self.actor).filter(id__in=[given["notice"]] if given["notice"] else []).first(),
            at=self.at,
        )
        self.tell(_("Made. Bind it to an assistant to have it asked and enforced."))
        return reverse("consent:detail", args=[purpose.id])


class OfPurpose(Page):
    @cached_property
    def purpose(self) -> Purpose:
        found = queries.visible_to(self.actor).select_related("notice").filter(id=self.kwargs["purpose_id"]).first()
        if found is None:
            raise Missing(_("There is no such purpose."))
        return found

    def context(self) -> dict[str, Any]:
        return {
            "purpose": self.purpose,
            "basis": BASIS_NAMES[self.purpose.basis],  # type: ignore[index]
            "use": USE_NAMES[self.purpose.use],  # type: ignore[index]
            "may": queries.rights(self.actor),
            "back": self.back(),
        }

    def back(self) -> str:
        return reverse("consent:detail", args=[self.purpose.id])


@door(permits.VIEW)
class Detail(OfPurpose):
    template_name = "compliance/consent/detail.html"

    def context(self) -> dict[str, Any]:
        purpose = self.purpose
        version = queries.version_now(purpose)
        coverage = queries.coverage(purpose, self.at)
        return {
            **super().context(),
            "version": version,
            "texts": [(LANGUAGES[one], Words.of(text), version.digests[one]) for one, text in version.texts.items()],
            "versions": purpose.versions.order_by("-number"),
            "coverage": {state.value: number for state, number in coverage.items()},
            "notice": queries.notice_now(purpose, self.at),
            "consequences": [
                {"icon": "octagon-x", "text": _("Calls that are bound to it are refused at once.")},
                {"icon": "scroll-text", "text": _("What people chose stays in the ledger.")},
            ],
        }


@door(permits.WRITE)
class Rewrite(NewWords, OfPurpose, FormPage):
    edits = True
    form_class = forms.Rewrite
    template_name = "compliance/consent/words.html"

    def _texts(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = queries.version_now(self.purpose).texts
        return found

    def form_options(self) -> dict[str, Any]:
        return {"languages": self.languages(set(self._texts()))}

    def initial(self) -> dict[str, Any]:
        found: dict[str, Any] = {"revision": self.purpose.revision, "material": "yes"}
        for one, text in self._texts().items():
            found |= {f"label_{one}": text["label"], f"explanation_{one}": text["explanation"]}
        return found

    def context(self) -> dict[str, Any]:
        shown = self.languages(set(self._texts()))
        return {**super().context(), "missing": [(one, name) for one, name in LANGUAGES.items() if one not in shown]}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        verbs.rewrite(
            actor=self.actor,
            purpose=self.purpose,
            texts=form.texts,
            material=given["material"],
            revision=given["revision"],
            at=self.at,
        )
        self.tell(_("In force. People read these words from now on."))
        return self.back()


@door(permits.WRITE)
class Settings(OfPurpose, FormPage):
    edits = True
    form_class = forms.Settings
    template_name = "compliance/consent/settings.html"

    def form_options(self) -> dict[str, Any]:
        return {"notices": _notices(self.actor)}

    def initial(self) -> dict[str, Any]:
        one = self.purpose
        notice = str(one.notice_id) if one.notice_id else ""
        return {"age": one.age, "expires_days": one.expires_days, "notice": notice, "revision": one.revision}

    def perform(self, form: Any) -> str:
        given = {**form.cleaned_data}
        chosen = given.pop("notice")
        notice = policies.visible_to(self.actor).filter(id__in=[chosen] if chosen else []).first()
        verbs.settle(actor=self.actor, purpose=self.purpose, notice=notice, at=self.at, **given)
        self.tell(_("Saved. The gateway follows at once."))
        return self.back()


@door(permits.WRITE)
class Retirement(OfPurpose, Button):
    def perform(self) -> Text:
        verbs.retire(actor=self.actor, purpose=self.purpose, at=self.at)
        return _("Retired. Calls that are bound to it are refused.")


@door(permits.RECORD)
class Document(OfPurpose, FormPage):
    form_class = forms.Document
    template_name = "compliance/consent/document.html"

    def form_options(self) -> dict[str, Any]:
        return {"languages": sorted(queries.version_now(self.purpose).texts)}

    def perform(self, form: Any) -> str:
        given = {**form.cleaned_data}
        act = Act(given.pop("act"))
        choosing.record(actor=self.actor, purpose=self.purpose, act=act, at=self.at, **given)
        self.tell(_("Recorded, with the document."))
        return self.back()
