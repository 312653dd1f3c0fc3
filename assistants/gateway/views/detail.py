"""What a trace tells of one call, on its page and beside the list."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.rules import door
from assistants.catalog.models import Assistant
from assistants.catalog.queries import assistants, versions
from assistants.catalog.rules import permits
from assistants.conversations import queries
from assistants.conversations.models import Call
from assistants.conversations.rules import REVEAL, SEE_TRACES
from assistants.conversations.services import keeping
from assistants.gateway import forms
from assistants.gateway.views import places, spoken, waterfall, words
from assistants.gateway.views.source import Trace, named
from assistants.guard import queries as guard
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.ui.pages import FormPage, Page


def find(actor: Actor, call_id: str | UUID) -> Trace | None:
    """A call that the actor may see, by its id in any spelling."""
    try:
        call = queries.get(queries.visible_to(actor), UUID(str(call_id)))
    except ValueError:
        call = None
    return named(actor, [call])[0] if call else None


def facts(trace: Trace) -> dict[str, Any]:
    """What the findings and the facts of a trace are written from."""
    call = trace.call
    return {
        "trace": trace,
        "call": call,
        "stage": words.STAGES.get(words.deciding(call), ""),
        "findings": [finding(verdict) for verdict in call.verdicts],
        "meant": words.meant(call),
        "first": waterfall.milliseconds(call.first_us) if call.first_us is not None else "",
        "version": versions.number_of(call.version) if call.version else None,
        **{kind: trace.card(kind) for kind in ("assistant", "api_key", "user", "provider")},
    }


def finding(verdict: list[Any]) -> dict[str, Any]:
    stage, rule, action, where, start, end, score, label = verdict
    return {
        "stage": words.STAGES.get(stage, stage),
        "told": words.found(stage, rule, label),
        "rule": rule,
        "action": action,
        "place": places.place(where),
        "span": places.span(start, end),
        "score": f"{score:.2f}" if stage == "injection" else "",
        "label": "" if stage == "injection" else label,
    }


def score(call: Call) -> dict[str, Any] | None:
    """How sure the guard was of an injection, against the limit that was in force."""
    found = [verdict[6] for verdict in call.verdicts if verdict[0] == "injection"]
    limit = guard.limit_of(call.policy) if found else None
    if limit is None:
        return None
    text = _("score %(score)s, limit %(limit)s") % {"score": f"{max(found):.2f}", "limit": f"{limit:.2f}"}
    return {"value": max(found), "limit": limit, "text": text}


class OfTrace(Page):
    @cached_property
    def trace(self) -> Trace:
        found = find(self.actor, self.kwargs["call_id"])
        if found is None:
            raise Missing(_("There is no such trace."))
        return found

    @cached_property
    def assistant(self) -> Assistant | None:
        """The assistant that was called, while it is there and the actor may see it."""
        key = self.trace.call.assistant
        return assistants.visible_to(self.actor).filter(id=key).first() if key else None

    @property
    def url(self) -> str:
        return reverse("gateway:trace", args=[self.trace.pk])


@door(SEE_TRACES)
class Detail(OfTrace):
    template_name = "assistants/gateway/trace.html"

    def context(self) -> dict[str, Any]:
        call: Call = self.trace.call
        steps = [step for step in self.trace.steps if step.ran or call.action == "block"]
        tries = self.assistant is not None and access.can(self.actor, permits.TRY, self.assistant)
        return {
            **facts(self.trace),
            **self._said(call),
            "score": score(call),
            "waterfall": waterfall.draw(steps, call.total_us),
            "ran": sum(step.ran for step in steps),
            "guards": waterfall.milliseconds(queries.guard_time(steps)),
            "playground": reverse("gateway:playground", args=[call.assistant]) if tries else "",
        }

    def _said(self, call: Call) -> dict[str, Any]:
        """The words of the call for who revealed them; for others whether they may."""
        if not call.stored:
            return {}
        leave = queries.reveal_of(self.actor, call, self.at)
        if leave is None or not access.can(self.actor, REVEAL, self.assistant):
            return {"reveal": access.can(self.actor, REVEAL, self.assistant)}
        content = queries.content_of(call)
        return {
            "leave": leave,
            "lost": content.lost,
            "said": spoken.said(call, content),
            "again": spoken.last_message(content),
        }


@door(REVEAL)
class Reveal(OfTrace, FormPage):
    form_class = forms.Reveal
    template_name = "assistants/gateway/reveal.html"

    def context(self) -> dict[str, Any]:
        return {"trace": self.trace, "back": self.url}

    def perform(self, form: forms.Reveal) -> str:
        reason = form.cleaned_data["reason"]
        keeping.reveal(actor=self.actor, call=self.trace.call, assistant=self.assistant, reason=reason, at=self.at)
        return f"{self.url}#said"
