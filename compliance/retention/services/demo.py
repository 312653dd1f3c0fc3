"""Retention in `make demo`: a short class beside the usual one, and a run that waits for its second person."""

from compliance.retention.services import planning, ruling
from panel.kernel import clock
from panel.kernel.registries import demo


def build(world: demo.World) -> None:
    actor = world.actor("Pia Sandström")
    with demo.past(world.ago(21)):
        ruling.make(actor=actor, name="brief", days=2, at=clock.now())
    with demo.past(world.ago(0.3)):
        planning.begin(actor=actor, reason="manual", at=clock.now())
