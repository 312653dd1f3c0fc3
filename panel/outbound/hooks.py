"""What the way out registers: privacy."""

from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal

privacy.declare(
    "outbound.AllowedHost",
    {
        "host": NotPersonal("names a machine of the organisation"),
        "reason": NotPersonal("why a machine may be called; people are asked not to write personal data here"),
        "added_by_kind": NotPersonal("a fixed word of the program"),
    },
)
