"""The choke point of deletion: every verb that destroys data asks here first, and a legal hold may veto."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from panel.kernel.errors import Conflict


@dataclass(frozen=True)
class Target:
    """What is about to go: an object, and the subjects and assistant it belongs to."""

    kind: str
    id: UUID
    subjects: tuple[UUID, ...] = ()
    assistant: UUID | None = None


class Held(Conflict):
    """A legal hold keeps this."""

    code = "held"


_vetoes: list[Callable[[Target], str]] = []


def register_veto(veto: Callable[[Target], str]) -> None:
    """`veto` returns "" or the sentence that says why the target must stay."""
    _vetoes.append(veto)


def require_free(target: Target) -> None:
    """Raise Held when somebody vetoes. Called inside the transaction that deletes."""
    for veto in _vetoes:
        sentence = veto(target)
        if sentence:
            raise Held(sentence)
