"""The life of a request. A step that is not listed is refused; the same again is no change. Pure."""

from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from panel.kernel.steps import follow


class State(StrEnum):
    RECEIVED = "received"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    WORKING = "in_progress"
    AWAITING = "awaiting_approval"
    EXECUTING = "executing"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"
    ENDED = (
        "answered_partly"  # all is erased that can be, but a place could not be searched: an officer decided to end it
    )
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    LINKED = "linked"


STATE_NAMES: Final = {
    State.RECEIVED: _("Received"),
    State.VERIFYING: _("Waits for proof"),
    State.VERIFIED: _("Identity proven"),
    State.WORKING: _("In work"),
    State.AWAITING: _("Waits for a second approver"),
    State.EXECUTING: _("Being done"),
    State.PARTIAL: _("Partly done"),
    State.FULFILLED: _("Answered"),
    State.ENDED: _("Answered in part"),
    State.DENIED: _("Denied"),
    State.WITHDRAWN: _("Withdrawn"),
    State.LAPSED: _("Never proven"),
    State.LINKED: _("Answered with another one"),
}
# Words of the design system's states (shape and tone).
TONES: Final = {
    State.RECEIVED: "draft",
    State.VERIFYING: "waiting",
    State.VERIFIED: "waiting",
    State.WORKING: "running",
    State.AWAITING: "waiting",
    State.EXECUTING: "running",
    State.PARTIAL: "paused",
    State.FULFILLED: "done",
    State.ENDED: "paused",
    State.DENIED: "failed",
    State.WITHDRAWN: "archived",
    State.LAPSED: "archived",
    State.LINKED: "archived",
}
OPEN: Final = frozenset(
    {State.RECEIVED, State.VERIFYING, State.VERIFIED, State.WORKING, State.AWAITING, State.EXECUTING, State.PARTIAL}
)


class Act(StrEnum):
    CHALLENGE = "challenge"
    PROVE = "prove"
    LAPSE = "lapse"
    START = "start"
    ASK = "ask"  # a second person's approval
    SEND_BACK = "send_back"
    APPROVE = "approve"
    EXECUTE = "execute"  # what needs no second person
    FAIL = "fail"
    RETRY = "retry"
    FINISH = "finish"
    ACCEPT = "accept"  # what could not be searched
    DENY = "deny"
    LINK = "link"  # to an open request for the same
    WITHDRAW = "withdraw"
    APPEAL = "appeal"


STEPS: Final[dict[tuple[State, Act], State]] = {
    (State.RECEIVED, Act.CHALLENGE): State.VERIFYING,
    (State.RECEIVED, Act.PROVE): State.VERIFIED,
    (State.VERIFYING, Act.PROVE): State.VERIFIED,
    (State.RECEIVED, Act.LAPSE): State.LAPSED,
    (State.VERIFYING, Act.LAPSE): State.LAPSED,
    (State.VERIFIED, Act.START): State.WORKING,
    (State.WORKING, Act.ASK): State.AWAITING,
    (State.AWAITING, Act.SEND_BACK): State.WORKING,
    (State.AWAITING, Act.APPROVE): State.EXECUTING,
    (State.WORKING, Act.EXECUTE): State.EXECUTING,
    (State.EXECUTING, Act.FAIL): State.PARTIAL,
    (State.PARTIAL, Act.RETRY): State.EXECUTING,
    (State.EXECUTING, Act.FINISH): State.FULFILLED,
    (State.PARTIAL, Act.ACCEPT): State.ENDED,
    (State.WORKING, Act.DENY): State.DENIED,
    (State.VERIFIED, Act.LINK): State.LINKED,
    (State.WORKING, Act.LINK): State.LINKED,
    (State.RECEIVED, Act.WITHDRAW): State.WITHDRAWN,
    (State.VERIFYING, Act.WITHDRAW): State.WITHDRAWN,
    (State.VERIFIED, Act.WITHDRAW): State.WITHDRAWN,
    (State.WORKING, Act.WITHDRAW): State.WITHDRAWN,
    (State.AWAITING, Act.WITHDRAW): State.WITHDRAWN,
    (State.DENIED, Act.APPEAL): State.WORKING,
}
ENDS: Final = {act: {after for (_before, one), after in STEPS.items() if one is act} for act in Act}
WITHDRAWABLE: Final = frozenset(before for before, act in STEPS if act is Act.WITHDRAW)


def step(state: State, act: Act) -> State:
    """Where an act leads. Raises NotListedError."""
    return follow(STEPS, state, act)


def is_repeat(state: State, act: Act) -> bool:
    """Whether the act was done before: it does nothing then. Starting, sending back and appealing all lead to work, which
    goes on from there, so they are no repeats of each other."""
    if act in {Act.START, Act.SEND_BACK, Act.APPEAL}:
        return act is Act.START and state is State.WORKING
    return state in ENDS[act]
