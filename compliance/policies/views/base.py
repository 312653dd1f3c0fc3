"""What every page about one policy shares."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compliance.policies import queries
from compliance.policies.models import Policy
from compliance.policies.rules.kinds import KIND_NAMES
from panel.kernel.errors import Missing
from panel.ui.pages import Page


def wanted(request: HttpRequest) -> list[str]:
    """Languages in the order in which the reader likes them: the one asked for, then the page's own."""
    return [one for one in (request.GET.get("language", "")[:6], get_language() or "") if one]


class OfPolicy(Page):
    """A page about a policy that the actor may know of; any other is missing."""

    @cached_property
    def policy(self) -> Policy:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["policy_id"]).first()
        if found is None:
            raise Missing(_("There is no such policy."))
        return found

    def context(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "kind": KIND_NAMES[self.policy.kind],  # type: ignore[index]  # a StrEnum's value is its key
            "may": queries.rights(self.actor),
            "back": self.back(),
        }

    def back(self) -> str:
        return reverse("policies:detail", args=[self.policy.id])
