"""What a stage found. A verdict says where and why, never what: it holds no text of the message."""

from typing import Final, Literal, NamedTuple

Action = Literal["allow", "observe", "redact", "block"]

SEVERITY: Final[dict[str, int]] = {"allow": 0, "observe": 1, "redact": 2, "block": 3}


class Verdict(NamedTuple):
    """One finding. `start` and `end` count characters of the original text at `where`, a JSON pointer (RFC 6901).

    A `#` in the pointer separates the place of a JSON string (tool-call arguments) from the place inside it. Keys of
    the client that are not plain words are shown by their position (`~3`), so that a pointer cannot carry content.
    `score` is between 0 and 1; `label` names what was found (EMAIL, CARD, "not scanned", ...).
    """

    stage: str
    rule: str
    action: Action
    where: str = ""
    start: int = 0
    end: int = 0
    score: float = 1.0
    label: str = ""


def worst(verdicts: list[Verdict]) -> Action:
    """The most severe action among the verdicts, `allow` when there is none."""
    found: Action = "allow"
    for verdict in verdicts:
        if SEVERITY[verdict.action] > SEVERITY[found]:
            found = verdict.action
    return found
