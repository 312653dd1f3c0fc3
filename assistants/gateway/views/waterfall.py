"""The stages of a call as a waterfall."""

from collections.abc import Sequence

from assistants.conversations.queries import Step
from assistants.gateway.views.words import STAGES
from panel.ui.drawings.charts import waterfall
from panel.ui.drawings.charts.waterfall import Stage, Waterfall, milliseconds

__all__ = ["draw", "milliseconds"]


def draw(steps: Sequence[Step], total: int) -> Waterfall:
    """`total` in microseconds."""
    stages = [
        Stage(STAGES[one.name], one.action, one.begin, one.end, one.cost, model=one.name == "provider") for one in steps
    ]
    return waterfall.draw(stages, total)
