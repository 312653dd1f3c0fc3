"""The life of a retention run. Pure. A step that is not listed is refused; a repeat does nothing."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from panel.kernel.steps import follow


class State(StrEnum):
    SCHEDULED = "scheduled"
    PREVIEWED = "previewed"
    APPROVED = "approved"
    RUNNING = "running"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    DEFERRED = "deferred"
    FAILED = "failed"
    ABORTED = "aborted"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    PREVIEW = "preview"
    APPROVE = "approve"
    BEGIN = "begin"
    VERIFY = "verify"
    COMPLETE = "complete"
    DEFER = "defer"
    FAIL = "fail"
    ABORT = "abort"
    RESUME = "resume"


OPEN = frozenset({State.SCHEDULED, State.PREVIEWED, State.APPROVED, State.RUNNING, State.VERIFYING})
STEPS: dict[tuple[State, Act], State] = {
    (State.SCHEDULED, Act.PREVIEW): State.PREVIEWED,
    (State.APPROVED, Act.PREVIEW): State.PREVIEWED,  # a rule changed: look again
    (State.PREVIEWED, Act.APPROVE): State.APPROVED,
    (State.APPROVED, Act.BEGIN): State.RUNNING,
    (State.RUNNING, Act.VERIFY): State.VERIFYING,
    (State.VERIFYING, Act.COMPLETE): State.COMPLETED,
    (State.VERIFYING, Act.DEFER): State.DEFERRED,
    (State.RUNNING, Act.FAIL): State.FAILED,
    (State.VERIFYING, Act.FAIL): State.FAILED,
    # Stopped before it began: it never goes on, for nobody may have approved it.
    (State.SCHEDULED, Act.ABORT): State.WITHDRAWN,
    (State.PREVIEWED, Act.ABORT): State.WITHDRAWN,
    (State.APPROVED, Act.ABORT): State.WITHDRAWN,
    (State.RUNNING, Act.ABORT): State.ABORTED,
    (State.VERIFYING, Act.ABORT): State.ABORTED,
    (State.FAILED, Act.RESUME): State.RUNNING,
    (State.ABORTED, Act.RESUME): State.RUNNING,
}
_REPEATS = {
    (State.PREVIEWED, Act.PREVIEW),
    (State.APPROVED, Act.APPROVE),
    (State.RUNNING, Act.BEGIN),
    (State.VERIFYING, Act.BEGIN),
    (State.RUNNING, Act.RESUME),
    (State.VERIFYING, Act.VERIFY),
    (State.COMPLETED, Act.COMPLETE),
    (State.DEFERRED, Act.DEFER),
    (State.FAILED, Act.FAIL),
    (State.ABORTED, Act.ABORT),
    (State.WITHDRAWN, Act.ABORT),
}
WORDS = {
    State.SCHEDULED: _("Scheduled"),
    State.PREVIEWED: _("Waits for approval"),
    State.APPROVED: _("Approved, waits"),
    State.RUNNING: _("Runs"),
    State.VERIFYING: _("Checks that nothing is left"),
    State.COMPLETED: _("Completed"),
    State.DEFERRED: _("Completed, some is held"),
    State.FAILED: _("Failed"),
    State.ABORTED: _("Stopped"),
    State.WITHDRAWN: _("Called off"),
}


def is_repeat(state: State, act: Act) -> bool:
    return (state, act) in _REPEATS


def step(state: State, act: Act) -> State:
    """Raises NotListedError."""
    return follow(STEPS, state, act)
