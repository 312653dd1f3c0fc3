"""What the ground says of its own tables."""

from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal

_NAME = NotPersonal("a fixed word of the program")

privacy.declare("kernel.Installation", {"mode": _NAME, "organisation": NotPersonal("the organisation's public name")})
privacy.declare(
    "kernel.DataKey",
    {
        "ring": _NAME,
        "purpose": _NAME,
        "kek_id": NotPersonal("a random name"),
        "wrapped": NotPersonal("a key under a key-encryption key", secret=True),
    },
)
privacy.declare("kernel.Worker", {"kind": _NAME})
privacy.declare("kernel.PartitionedTable", {"table": _NAME, "scheme": _NAME})
privacy.declare("kernel.RetentionClass", {"name": _NAME})
privacy.declare("kernel.Setting", {"name": _NAME, "value": NotPersonal("settings hold no personal data by rule")})
