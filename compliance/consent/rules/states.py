"""The life of one consent: of one subject, for one purpose. Pure.

A transition that is not listed is refused; repeating the act that led to the present state is no change (`is_repeat`).
Withdrawing is possible from every state in which something could still count as given; a Global Privacy Control signal
withdraws from everywhere, "nothing was ever said" included, for purposes of sharing (globalprivacycontrol.org; CCPA
regulations section 7025), and so does an objection that was upheld, for purposes that nobody is asked about (GDPR Art. 21).
Stale and expired are not written: they follow from versions and dates (`standing`).
"""

from datetime import datetime
from enum import StrEnum

from panel.kernel.steps import follow


class State(StrEnum):
    NONE = "none"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    STALE = "stale"
    EXPIRED = "expired"


class Act(StrEnum):
    GIVE = "give"
    WITHDRAW = "withdraw"
    SIGNAL = "signal"  # Global Privacy Control
    OBJECT = "object"  # to a purpose that rests on no consent


STEPS: dict[tuple[State, Act], State] = {
    (State.NONE, Act.GIVE): State.GIVEN,
    (State.WITHDRAWN, Act.GIVE): State.GIVEN,
    (State.STALE, Act.GIVE): State.GIVEN,
    (State.EXPIRED, Act.GIVE): State.GIVEN,
    (State.GIVEN, Act.WITHDRAW): State.WITHDRAWN,
    (State.STALE, Act.WITHDRAW): State.WITHDRAWN,
    (State.EXPIRED, Act.WITHDRAW): State.WITHDRAWN,
    (State.NONE, Act.SIGNAL): State.WITHDRAWN,
    (State.GIVEN, Act.SIGNAL): State.WITHDRAWN,
    (State.STALE, Act.SIGNAL): State.WITHDRAWN,
    (State.EXPIRED, Act.SIGNAL): State.WITHDRAWN,
    **{(one, Act.OBJECT): State.WITHDRAWN for one in State if one is not State.WITHDRAWN},
}
_REPEATS = {(State.GIVEN, Act.GIVE), *((State.WITHDRAWN, one) for one in Act if one is not Act.GIVE)}


def is_repeat(state: State, act: Act) -> bool:
    return (state, act) in _REPEATS


def step(state: State, act: Act) -> State:
    """Raises NotListedError."""
    return follow(STEPS, state, act)


def standing(
    written: State, *, seen: tuple[int, int], needed: tuple[int, int], expires_at: datetime | None, at: datetime
) -> State:
    """The state now. `seen` are the numbers of the purpose's and the notice's version that were shown, `needed` the least
    that still count. The gateway computes the same in assistants/gateway/engine/state/consent.py."""
    if written is not State.GIVEN:
        return written
    if expires_at is not None and expires_at <= at:
        return State.EXPIRED
    if seen[0] < needed[0] or seen[1] < needed[1]:
        return State.STALE
    return State.GIVEN
