"""What everybody may read, without an account and without scripts: policies in force and their archive."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from accounts.access.rules import open_to_all
from compliance.policies import queries
from compliance.policies.models import Policy, PolicyVersion
from compliance.policies.rules.kinds import KIND_NAMES, LANGUAGES
from compliance.policies.views.base import wanted
from compliance.subjects import queries as subjects
from panel.kernel.errors import Missing
from panel.ui.pages import Page

WHY = "The public reads what happens to its data before it has an account."
GPC_SINCE = "2026-11-26"


@open_to_all(WHY)
class Policies(Page):
    template_name = "compliance/policies/public/list.html"

    def context(self) -> dict[str, Any]:
        rows: list[Any] = []
        for policy in queries.public().kept().order_by("name"):
            version = queries.in_force(policy, self.at)
            if version is not None:
                rows.append((policy, queries.shown(version, wanted(self.request)), KIND_NAMES[policy.kind]))  # type: ignore[index]
        return {"sections": subjects.headings(), "rows": rows}


class OfPublic(Page):
    template_name = "compliance/policies/public/one.html"

    @cached_property
    def policy(self) -> Policy:
        found = queries.public_by_slug(self.kwargs["slug"])
        if found is None:
            raise Missing(_("There is no such policy."))
        return found

    def version(self) -> PolicyVersion | None:
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        found = self.version()
        if found is None:
            raise Missing(_("There is no such version."))
        shown = queries.shown(found, wanted(self.request))
        before = queries.version(self.policy, found.number - 1)
        changes = queries.compared(before.texts, found.texts) if before else []
        return {
            "sections": subjects.headings(),
            "policy": self.policy,
            "kind": KIND_NAMES[self.policy.kind],  # type: ignore[index]
            "shown": shown,
            "live": queries.in_force(self.policy, self.at) if self.policy.archived_at is None else None,
            "versions": queries.versions(self.policy),
            "changes": [rows for language, rows in changes if language == shown.language],
            "before": before,
            "languages": [(one, LANGUAGES[one]) for one in shown.languages],
        }


@open_to_all(WHY)
class Current(OfPublic):
    def version(self) -> PolicyVersion | None:
        return queries.in_force(self.policy, self.at)


@open_to_all(WHY)
class Old(OfPublic):
    def version(self) -> PolicyVersion | None:
        return queries.version(self.policy, self.kwargs["number"])


@open_to_all("Browsers and crawlers ask whether Global Privacy Control is heard (globalprivacycontrol.org, section 4).")
def gpc(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's
    return JsonResponse({"gpc": True, "lastUpdate": GPC_SINCE})
