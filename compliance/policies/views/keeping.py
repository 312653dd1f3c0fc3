"""Pages of those who keep the policies: one with its versions, the draft, publication."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import door
from accounts.people import queries as people
from compliance.policies import forms, queries
from compliance.policies.rules import permits
from compliance.policies.rules.kinds import LANGUAGES
from compliance.policies.services import drafts, publishing
from compliance.policies.views.base import OfPolicy, wanted
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage


@door(permits.WRITE)
class New(FormPage):
    form_class = forms.New
    template_name = "compliance/policies/new.html"

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        texts = queries.starter(given["kind"]) if given.pop("starter") else {}
        policy = drafts.create(actor=self.actor, at=self.at, texts=texts, **given)
        self.tell(_("Made. Write its text now."))
        return reverse("policies:edit", args=[policy.id])


@door(permits.VIEW)
class Detail(OfPolicy):
    template_name = "compliance/policies/detail.html"

    def context(self) -> dict[str, Any]:
        policy, at = self.policy, self.at
        live = queries.in_force(policy, at)
        shown = queries.shown(live, wanted(self.request)) if live else None
        done, everybody = queries.progress(policy, at) if policy.acceptance else (0, 0)
        rows = queries.versions(policy)
        return {
            **super().context(),
            "shown": shown,
            "coming": queries.coming(policy, at),
            "versions": [(row, row == live) for row in rows],
            "authors": people.names({row.author_id for row in rows if row.author_id}),
            "done": done,
            "everybody": everybody,
            "languages": [(one, LANGUAGES[one]) for one in shown.languages] if shown else [],
            "changed": bool(queries.compared(rows[0].texts if rows else {}, policy.draft.texts)),
        }


@door(permits.VIEW)
class Version(OfPolicy):
    """An old version, with what it changed."""

    template_name = "compliance/policies/version.html"

    def context(self) -> dict[str, Any]:
        found = queries.version(self.policy, self.kwargs["number"])
        if found is None:
            raise Missing(_("There is no such version."))
        before = queries.version(self.policy, found.number - 1)
        shown = queries.shown(found, wanted(self.request))
        changes = queries.compared(before.texts, found.texts) if before else []
        return {
            **super().context(),
            "version": found,
            "shown": shown,
            "before": before,
            "changes": [(LANGUAGES[one], rows) for one, rows in changes],
            "languages": [(one, LANGUAGES[one]) for one in shown.languages],
        }


@door(permits.WRITE)
class Edit(OfPolicy, FormPage):
    """The draft. `?add=de` adds a language."""

    edits = True
    form_class = forms.Draft
    template_name = "compliance/policies/edit.html"

    def languages(self) -> list[str]:
        given = [name.removeprefix("body_") for name in self.request.POST if name.startswith("body_")]
        added = [self.request.GET.get("add", "")]
        found = {*self.policy.draft.texts, *given, *added} & set(LANGUAGES)
        return sorted(found or {"en"}, key=lambda one: (one != "en", one))

    def form_options(self) -> dict[str, Any]:
        return {"languages": self.languages()}

    def initial(self) -> dict[str, Any]:
        draft = self.policy.draft
        found: dict[str, Any] = forms.Draft.initial_of(
            draft.texts, material=draft.material, summary=draft.summary, at=draft.effective_at
        )
        return {**found, "revision": draft.revision}

    def changed_by(self) -> str:
        editor = self.policy.draft.edited_by_id
        return people.name(editor) if editor else ""

    def context(self) -> dict[str, Any]:
        missing = [(one, name) for one, name in LANGUAGES.items() if one not in self.languages()]
        return {**super().context(), "missing": missing}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        drafts.edit(
            actor=self.actor,
            policy=self.policy,
            texts=form.texts,
            summary=given["summary"],
            material=given["material"],
            effective_at=given["effective_at"],
            revision=given["revision"],
            at=self.at,
        )
        self.tell(_("Draft saved. It binds nobody until it is published."))
        return self.back()


@door(permits.WRITE)
class Settings(OfPolicy, FormPage):
    edits = True
    form_class = forms.Settings
    template_name = "compliance/policies/settings.html"

    def initial(self) -> dict[str, Any]:
        policy = self.policy
        found = {"name": policy.name, "acceptance": policy.acceptance, "grace_days": policy.grace_days}
        return {**found, "revision": policy.revision}

    def perform(self, form: Any) -> str:
        drafts.settle(actor=self.actor, policy=self.policy, at=self.at, **form.cleaned_data)
        self.tell(_("Saved."))
        return self.back()


@door(permits.WRITE)
class Publication(OfPolicy, FormPage):
    """Ask a second person; what exactly they would publish stands beside the question."""

    form_class = forms.Publication
    template_name = "compliance/policies/publication.html"

    def context(self) -> dict[str, Any]:
        draft, last = self.policy.draft, next(iter(queries.versions(self.policy)), None)
        rows = queries.compared(last.texts if last else {}, draft.texts)
        return {
            **super().context(),
            "draft": draft,
            "last": last,
            "digest": queries.draft_digest(draft),
            "changes": [(LANGUAGES[one], found) for one, found in rows],
        }

    def perform(self, form: Any) -> str:
        publishing.ask(actor=self.actor, policy=self.policy, reason=form.cleaned_data["reason"], at=self.at)
        self.tell(_("Asked. It is published when a second person approves exactly this."))
        return self.back()


@door(permits.PUBLISH)
class Archive(OfPolicy, Act):
    def perform(self) -> Text:
        drafts.archive(actor=self.actor, policy=self.policy, reason=self.request.POST.get("reason", ""), at=self.at)
        return _("Archived. Its versions stay readable; nobody has to accept it any more.")
