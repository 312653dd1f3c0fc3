"""The way out: every character of an answer, in streams and in one piece, passes an OutputGuard."""

from typing import Any

from assistants.guard.engine.inspection import Inspection
from assistants.guard.engine.policy import Policy
from assistants.guard.engine.verdicts import Verdict


class OutputGuard:
    """Guards one answer. One instance per request, fed in order; channels of choices are independent.

    A channel is the path of a text inside a delta: `content`, `refusal`, `reasoning`, `tool_calls/0/arguments`, ...
    Once `blocked` is set, nothing more may be released: `feed` and `flush` give "".
    """

    def __init__(self, policy: Policy, inspection: Inspection) -> None:
        self.policy = policy
        self.inspection = inspection
        self.blocked: Verdict | None = None
        self.verdicts: list[Verdict] = []
        self.stages: dict[str, int] = {}

    def feed(self, choice: int, channel: str, text: str) -> str:
        """What may be released now; a tail in which a pattern may begin is held back."""
        del choice, channel
        return "" if self.blocked else text

    def flush(self, choice: int, channel: str) -> str:
        """The rest of a channel, at its end."""
        del choice, channel
        return ""

    def feed_delta(self, choice: int, delta: dict[str, Any]) -> dict[str, Any]:
        """A streamed delta with every text in it fed, known and unknown fields alike."""
        del choice
        return {} if self.blocked else delta

    def flush_delta(self, choice: int) -> dict[str, Any]:
        """A delta with the rests of all channels of a choice, to be sent before its finish_reason; may be empty."""
        del choice
        return {}
