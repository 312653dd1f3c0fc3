"""What a trace tells of one call, on its page and beside the list."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.access.rules import door
from assistants.catalog.queries import versions
from assistants.conversations import queries
from assistants.conversations.models import Call
from assistants.conversations.rules import SEE_TRACES
from assistants.gateway.views import places, waterfall, words
from assistants.gateway.views.source import Trace, named
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.ui.pages import Page


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
        "first": waterfall.milliseconds(call.first_us) if call.first_us is not None else "",
        "version": versions.number_of(call.version) if call.version else None,
        **{kind: trace.card(kind) for kind in ("assistant", "api_key", "user", "provider")},
    }


def finding(verdict: list[Any]) -> dict[str, Any]:
    stage, rule, action, where, start, end, score, label = verdict
    return {
        "stage": words.STAGES.get(stage, stage),
        "rule": rule,
        "action": action,
        "place": places.place(where),
        "span": places.span(start, end),
        "score": f"{score:.2f}",
        "label": label,
    }


@door(SEE_TRACES)
class Detail(Page):
    template_name = "assistants/gateway/trace.html"

    def trace(self) -> Trace:
        found = find(self.actor, self.kwargs["call_id"])
        if found is None:
            raise Missing(_("There is no such trace."))
        return found

    def context(self) -> dict[str, Any]:
        trace = self.trace()
        call: Call = trace.call
        steps = [step for step in trace.steps if step.ran or call.action == "block"]
        return {
            **facts(trace),
            "waterfall": waterfall.draw(steps, call.total_us),
            "ran": sum(step.ran for step in steps),
            "guards": waterfall.milliseconds(queries.guard_time(steps)),
        }
