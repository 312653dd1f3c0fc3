"""Pinned tests: whether what the guards did with a case is what its keeper expects. Pure."""

from dataclasses import dataclass

EXPECTED = ("allow", "redact", "block")
CASES_LIMIT = 200
"""Cases of one assistant: they run inside the publish, a fraction of a millisecond each."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the guards did: the worst action, the stages that fired with it, and its rule in plain words."""

    action: str
    stages: frozenset[str] = frozenset()
    rule: str = ""


def passes(expected: str, stage: str, outcome: Outcome) -> bool:
    """`observe` changes nothing, so it counts as allowed. A named stage must be the one that acted."""
    done = "allow" if outcome.action == "observe" else outcome.action
    return done == expected and (not stage or done == "allow" or stage in outcome.stages)
