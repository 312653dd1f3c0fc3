"""A matter for `make demo`: a complaint about an answer, so that what was said around it stays."""

from datetime import timedelta

from compliance.holds.rules.scope import Kind, Line
from compliance.holds.services import placing
from panel.kernel import clock
from panel.kernel.registries import demo


def build(world: demo.World) -> None:
    assistant = world.objects.get(("assistant", "contract-reader"))
    if assistant is None:
        return
    with demo.past(world.ago(9)):
        first = (world.ago(13)).date()
        wanted = placing.Wanted(
            "M-2026-014",
            "Complaint about a termination notice",
            "Counsel wrote on Monday: whatever the assistant said in that week is evidence.",
            [Line(Kind.ASSISTANT, assistant, first, first + timedelta(days=6))],
        )
        placing.place(actor=world.actor("Pia Sandström"), wanted=wanted, at=clock.now())
