"""What access says of its data."""

from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal, Personal

privacy.declare(
    "access.RoleGrant",
    {
        "giver_kind": NotPersonal("a fixed word of the program"),
        "reason": Personal("user", "employment", "to show why a right was given"),
    },
)
