"""What auditing registers: its permits, its declarations, its ledger."""

from panel.kernel.db import ledgers
from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal

ledgers.append_only("auditing_change")

_ID = NotPersonal("an opaque id")
privacy.declare(
    "auditing.Change",
    {
        "object_pk": _ID,
        "object_repr": NotPersonal("the object's id once more; str() is not asked"),
        "serialized_data": NotPersonal("stays empty"),
        "changes": NotPersonal("values of fields that are declared neither personal nor secret"),
        "cid": NotPersonal("the request's id, made by the server"),
        "additional_data": NotPersonal("stays empty"),
        "actor_kind": NotPersonal("a fixed word of the program"),
    },
)
