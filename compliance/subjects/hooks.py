"""What the subjects slice says of its data."""

from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal, Personal

privacy.declare(
    "subjects.SubjectIdentifier",
    {
        "kind": NotPersonal("a fixed word of the program"),
        "index": Personal("subject_id", "identity", "to find a subject's records", export="omit", erase="row"),
        "value": Personal("subject_id", "identity", "to know whom records are about when that person asks"),
    },
)
