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

_FIXED = NotPersonal("fixed sentences, ids and numbers by rule: what a job says of itself names nobody")
privacy.declare(
    "kernel.Job",
    {
        **dict.fromkeys(
            ("name", "actor_kind", "about_kind", "key", "unit", "phase", "result_kind", "file_name"), _NAME
        ),
        **dict.fromkeys(("arguments", "words", "log", "checkpoint", "error"), _FIXED),
        **dict.fromkeys(("state", "error_code"), _NAME),
    },
)
privacy.declare("kernel.Scheduled", dict.fromkeys(("name", "outcome", "error_code"), _NAME))
privacy.store(
    "jobs",
    NotPersonal("files that jobs made, sealed under a key of the job's own; gone with the job's row", secret=True),
)
