"""The choke point of deletion: every verb that destroys data asks here first, and a legal hold may veto.

    with deletion.attempt(actor=actor, at=at), transaction.atomic():
        deletion.require_free(Target("assistant", assistant.id, assistant=assistant.id))
        ...                                        # all or nothing; or, item by item:
        kept = deletion.held(targets)              # what stays, and which holds keep it
        for target in targets:
            if target not in kept: ...

Asked inside the transaction that deletes, the answer stays true until its end: a hold is placed before or after, never between.
Jobs that delete ask `require_running` before each step: one switch stops them all.
What stays is done later: `register_resume` is called once holds were released, in the transaction that releases.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict
from panel.kernel.models import Setting

SWITCH = "deletion.stopped"


@dataclass(frozen=True)
class Target:
    """What is about to go: an object, the subjects and the assistant it belongs to, and the UTC day that it is from.

    `kind` is a fixed word: "call", "file", "subject", "assistant", "account", "key" (a data key of content), ...
    A target without a day counts as from every day, one without an assistant as of every assistant that its subjects met.
    """

    kind: str
    id: UUID
    subjects: tuple[UUID, ...] = ()
    assistant: UUID | None = None
    day: date | None = None


@dataclass(frozen=True)
class Keep:
    """A hold that keeps something, and the sentence that says so."""

    hold: UUID
    sentence: str


Kept = Mapping[Target, Sequence[Keep]]
Veto = Callable[[Sequence[Target]], Kept]


class Held(Conflict):
    """A legal hold keeps this. `kept`: what, and which holds."""

    code = "held"

    def __init__(self, sentence: str, kept: Kept | None = None) -> None:
        super().__init__(sentence)
        self.kept = dict(kept or {})


class Stopped(Conflict):
    """Somebody stopped every job that deletes."""

    code = "deletion_stopped"


_vetoes: list[Veto] = []
_resumes: dict[str, Callable[[datetime], None]] = {}
_witnesses: list[Callable[[Actor, Held, datetime], None]] = []


def register_veto(veto: Veto) -> None:
    """`veto(targets)` returns those that must stay, each with what keeps it; it runs inside the deleting transaction."""
    _vetoes.append(veto)


def register_resume(name: str, resume: Callable[[datetime], None]) -> None:
    """`resume(at)` starts what was put off because of a hold: a job, in the transaction of the release."""
    _resumes[name] = resume


def register_witness(witness: Callable[[Actor, Held, datetime], None]) -> None:
    """`witness(actor, refusal, at)` writes down that somebody tried; it runs after the rollback."""
    _witnesses.append(witness)


def held(targets: Sequence[Target]) -> dict[Target, list[Keep]]:
    """Those of the targets that must stay, each with what keeps it. Called inside the transaction that deletes."""
    found: dict[Target, list[Keep]] = {}
    for veto in _vetoes:
        for target, keeps in veto(targets).items():
            found.setdefault(target, []).extend(keeps)
    return {target: keeps for target, keeps in found.items() if keeps}


def require_free(*targets: Target) -> None:
    """Raise Held when one of them must stay. Called inside the transaction that deletes."""
    kept = held(targets)
    if kept:
        raise Held(next(iter(kept.values()))[0].sentence, kept)


@contextmanager
def attempt(*, actor: Actor, at: datetime) -> Iterator[None]:
    """Around the transaction of a deletion: when a hold refuses it, that is journalled, and the refusal goes on."""
    try:
        yield
    except Held as refusal:
        for witness in _witnesses:
            witness(actor, refusal, at)
        raise


def resume(at: datetime) -> None:
    """Start again what was put off; called by whoever released a hold."""
    for verb in _resumes.values():
        verb(at)


def is_stopped() -> bool:
    """Whether the switch is off: jobs that delete do nothing until somebody lets them go on."""
    return bool(Setting.objects.filter(name=SWITCH).values_list("value", flat=True).first())


def require_running() -> None:
    """Raise Stopped while the switch is off. A job asks before each step, inside its transaction."""
    if is_stopped():
        raise Stopped(_("Every job that deletes is stopped. It goes on when somebody turns the switch again."))
