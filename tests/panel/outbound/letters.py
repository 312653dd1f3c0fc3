"""A letter in the outbox, for tests."""

from typing import Any

from panel.kernel import actors, clock
from panel.outbound import services
from panel.outbound.models import Message

TO = "zilpzalp@example.test"


def queued(**given: Any) -> Message:
    values = {"actor": actors.SYSTEM, "template": "test", "to": TO, "context": {}, "at": clock.now(), **given}
    return services.send_mail(**values)
