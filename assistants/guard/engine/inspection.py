"""The result of guarding a request; the way out needs it again."""

from dataclasses import dataclass, field
from typing import Any

from assistants.guard.engine.detectors.known import NOTHING_KNOWN, KnownSecrets
from assistants.guard.engine.pseudonyms import Vault
from assistants.guard.engine.verdicts import Action, Verdict


@dataclass(slots=True)
class Inspection:
    """`body` is what may go to the provider, the same object when `changed` is false.

    Always serialise `body` anew: the client's own bytes may hold a member twice, and only one of them was guarded.
    `action` is the worst of the verdicts; when it is `block`, nothing may be sent. `stages` are nanoseconds a stage.
    """

    body: dict[str, Any]
    action: Action = "allow"
    verdicts: list[Verdict] = field(default_factory=list)
    stages: dict[str, int] = field(default_factory=dict)
    vault: Vault = field(default_factory=Vault)
    changed: bool = False
    known: KnownSecrets = NOTHING_KNOWN
    system_prompt: str = ""

    @property
    def blocked(self) -> Verdict | None:
        """The verdict that stopped the request, if one did."""
        return next((verdict for verdict in self.verdicts if verdict.action == "block"), None)


@dataclass(slots=True)
class Answer:
    """A guarded JSON answer; when `blocked` is set, `body` must not be released."""

    body: dict[str, Any]
    blocked: Verdict | None
    verdicts: list[Verdict]
    stages: dict[str, int]
