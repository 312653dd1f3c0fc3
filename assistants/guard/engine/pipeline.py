"""The guard's outside face for the gateway: a request on its way in, an answer on its way out."""

from typing import Any

from assistants.guard.engine.detectors.known import NOTHING_KNOWN, KnownSecrets
from assistants.guard.engine.inspection import Answer, Inspection
from assistants.guard.engine.policy import Policy
from assistants.guard.engine.request import RequestGuard
from assistants.guard.engine.stream import OutputGuard
from assistants.guard.engine.verdicts import Verdict

__all__ = [
    "Answer",
    "Inspection",
    "KnownSecrets",
    "OutputGuard",
    "Policy",
    "Verdict",
    "inspect_answer",
    "inspect_request",
]


def inspect_request(
    body: dict[str, Any],
    policy: Policy,
    known_secrets: KnownSecrets = NOTHING_KNOWN,
    *,
    system_prompt: str = "",
    body_bytes: int = 0,
) -> Inspection:
    """Guard every text of a client's request. `body` itself is never changed.

    Give the client's body before the assistant's own system prompt is added; `system_prompt` is that prompt, known to
    the way out so that its leak is seen and the addresses it publishes are not masked. `body_bytes` is the size of the
    JSON as received (0: not checked).
    """
    inspection = Inspection(body=body, known=known_secrets, system_prompt=system_prompt)
    RequestGuard(body, policy, inspection, body_bytes).run()
    return inspection


def inspect_answer(body: dict[str, Any], policy: Policy, inspection: Inspection) -> Answer:
    """Guard every text of a JSON answer by the same code as a stream."""
    guard = OutputGuard(policy, inspection)
    guarded = guard.feed_answer(body)
    return Answer(guarded, guard.blocked, guard.verdicts, guard.stages)
