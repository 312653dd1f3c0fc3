"""The charts of the styleguide. Every number is invented."""

from typing import Any

from panel.ui.drawings import lanes
from panel.ui.drawings.charts import bars, heat, lines, waterfall
from panel.ui.drawings.charts.base import Series
from panel.ui.drawings.charts.waterfall import Stage

DAYS = [f"{day} Nov" for day in range(11, 25)]
MESSAGES = [902, 948, 1011, 1004, 960, 402, 388, 1022, 1054, 1031, 1010, 990, 431, 1046]
REDACTED = [19, 23, 20, 18, 21, 9, 7, 22, 23, 19, 20, 17, 8, 21]
BLOCKED = [6, 7, 5, 9, 41, 3, 2, 6, 8, 5, 7, 6, 2, 75]
HOURS = [f"{hour:02d}:00" for hour in range(24)]
NIGHT = [4, 3, 2, 2, 3, 6, 14, 31, 44, 48, 49, 45, 38, 42, 46, 45, 41, 33, 24, 20, 17, 14, 10, 6]
ATTACKS = ("Override", "Role play", "Encoded", "Indirect")
MISSED = [("Size", [0, 0, 0, 0]), ("Unicode", [0, 0, 7, 1]), ("Injection", [1, 4, 12, 9]), ("Leak", [0, 2, 1, 3])]
RULES = [("Prompt injection in message", 118), ("Instructions in a document", 41), ("Card number in answer", 9)]
STAGES = [
    Stage("Size", "allow", 400, 620, 220), Stage("Unicode", "allow", 640, 900, 260),
    Stage("Injection", "observe", 920, 2600, 1680), Stage("Personal data", "redact", 2620, 4800, 2180),
    Stage("Provider", "allow", 4900, 38_200, 33_300, model=True), Stage("Leak", "block", 31_000, 39_400, 1900),
    Stage("Links", "not_run"),
]  # fmt: skip


def charts() -> dict[str, Any]:
    allowed = [whole - masked - stopped for whole, masked, stopped in zip(MESSAGES, REDACTED, BLOCKED, strict=True)]
    parts = [Series("Allowed", allowed), Series("Redacted", REDACTED, "redact"), Series("Blocked", BLOCKED, "block")]
    curves = [Series("Redacted", REDACTED, "redact"), Series("Blocked", BLOCKED, "block")]
    return {
        "stacked": bars.stacked("Messages by day", DAYS, parts, first="Day"),
        "line": lines.line("Findings by day", DAYS, curves, first="Day"),
        "sparks": [
            (lines.sparkline([20, 22, 19, 25, 24, 31, 30], "4,312 in 7 days", odd=[5]), "4,312", "with an anomaly"),
            (lines.sparkline([20, 20, 19, 20, 22, 20, 21], "1,806 in 7 days"), "1,806", "usual"),
            (lines.sparkline([20, 22, 21, 17, 4, 0, 0], "0 in 3 days"), "0", "stopped"),
        ],
        "heatmap": heat.heatmap("What got through", "Guard", ATTACKS, MISSED, unit="%"),
        "rows": [(name, count, bars.row(count, 118)) for name, count in RULES],
        "waterfall": waterfall.draw(STAGES, 39_800),
        "lanes": [
            ("Messages", lanes.draw(NIGHT, HOURS, tone="data", sentence="627 in all, most at 10:00"), "49 an hour"),
            ("Blocked", lanes.draw([0, 31, 44, *[1] * 21], HOURS, tone="block", sentence="96 in all"), "44 an hour"),
        ],
    }
