"""A person's own page: what assistants keep of what they say, why, what changed, and when somebody read it."""

from datetime import datetime
from typing import Any

from django.utils.translation import get_language, ngettext

from accounts.access.rules import open_to_subject
from assistants.catalog.rules.purposes import EXPLAINED, KEEPS
from assistants.gateway import queries
from compliance.subjects import queries as subjects
from compliance.subjects.rules import Visitor
from panel.ui.pages import Page


@open_to_subject
class Kept(Page):
    template_name = "assistants/gateway/kept.html"

    def context(self) -> dict[str, Any]:
        visitor: Visitor = self.request.visitor  # type: ignore[attr-defined]
        found = queries.kept_of(visitor.subjects, self.at, [get_language() or "en"])
        return {
            "sections": subjects.headings(),
            "visitor": visitor,
            "kept": [
                {
                    "one": one,
                    "level": KEEPS[one.level],
                    "explained": EXPLAINED[one.level],
                    "terms": [(KEEPS[term.keep], term.at, term.purpose) for term in one.terms],
                }
                for one in found
            ],
        }


def fact(visitor: Visitor, _at: datetime) -> str:
    count = len(queries.spoken(visitor.subjects))
    return ngettext("%(n)s assistant", "%(n)s assistants", count) % {"n": count}
