"""One entry: what it says, whether it is what was sealed, and what it says about persons to those who may know."""

import json
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.rules import door
from accounts.people import queries as people
from compliance.auditing import queries, rules
from compliance.auditing.services import feed as services
from panel.journal import events
from panel.journal import queries as ledger
from panel.journal.models import Leaf
from panel.journal.rules import leaf as format1
from panel.journal.rules import tree
from panel.kernel.errors import Missing
from panel.ui.pages import Page
from panel.ui.web.files import attachment


class OfEntry(Page):
    """A page about one entry."""

    @cached_property
    def entry(self) -> Leaf:
        found = queries.entry(self.kwargs["entry_id"])
        if found is None:
            raise Missing(_("There is no such journal entry."))
        return found

    def context(self) -> dict[str, Any]:
        words = queries.Words(self.actor)
        words.learn([self.entry])
        return {
            "entry": self.entry,
            "title": events.title(self.entry.event),
            "who": words.who(self.entry),
            "via": words.via(self.entry),
            "what": words.what(self.entry),
        }


@door(rules.VIEW)
class Entry(OfEntry):
    template_name = "compliance/auditing/entry.html"

    def context(self) -> dict[str, Any]:
        data = bytes(self.entry.data)
        verdict = ledger.verdict(self.entry)
        return {
            **super().context(),
            "written": json.dumps(json.loads(data), indent=2, ensure_ascii=False),
            "hash": tree.leaf_hash(data).hex(),
            "verdict": verdict,
            "checks": self._checks(verdict),
            "path": [step.hex() for step in verdict.proof.path] if verdict.proof else [],
            "personal": len(format1.parse(data).commitments) if verdict.unaltered else 0,
            "may_disclose": access.can(self.actor, rules.DISCLOSE),
        }

    @staticmethod
    def _checks(verdict: ledger.Verdict) -> list[tuple[bool, str]]:
        if verdict.proof is None:
            return []
        numbers = {"sequence": verdict.proof.sequence, "size": verdict.proof.size}
        return [
            (verdict.unaltered, _("The entry's bytes give the hash that stands in the index.")),
            (
                verdict.included,
                _("The path leads from sequence %(sequence)s to the root of checkpoint %(size)s.") % numbers,
            ),
            (verdict.signed, _("Checkpoint %(size)s carries the signature of this journal.") % numbers),
        ]


@door(rules.VIEW, post=rules.DISCLOSE)
class Disclosure(OfEntry):
    """Opening personal detail is an act: POST shows it and journals that it was shown."""

    template_name = "compliance/auditing/disclosure.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(reverse("auditing:entry", args=[self.entry.id]))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        found = services.disclose(actor=self.actor, entry=self.entry, at=self.at)
        names = people.names([one.person for one in found])
        rows = [(names.get(one.person) or str(one.person), one) for one in found]
        return self.show(rows=rows)


@door(rules.VIEW)
def checkpoint(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """The newest checkpoint as a file to keep elsewhere."""
    head = ledger.head()
    if head is None:
        raise Missing(_("Nothing is sealed yet. Try again in a moment."))
    return attachment(head.note, f"journal-checkpoint-{head.size}.txt", "text/plain; charset=utf-8")
