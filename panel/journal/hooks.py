"""What the ledger registers: its append-only tables, its own events, its declarations, its alarm."""

from django.utils.translation import gettext_lazy as _

from panel.journal import events, queries
from panel.kernel.db import ledgers
from panel.kernel.registries import alarms, privacy

ledgers.append_only(
    "journal_leaf", "journal_index", "journal_node", "journal_signer", "journal_succession", "journal_checkpoint"
)

events.register("access.refused", _("Access refused"))
events.register("journal.signer.created", _("Journal signing key made"))
events.register("journal.signer.succeeded", _("Journal signing key replaced"))
events.register("journal.bundle.signed", _("Bundle signed"))

_IDS = privacy.NotPersonal("Names of kinds, events and requests; people stand here as opaque ids only.")
_HASH = privacy.NotPersonal("A hash over bytes without personal data.")

privacy.declare(
    "journal.Leaf",
    {
        "event": _IDS,
        "actor_kind": _IDS,
        "via_kind": _IDS,
        "object_kind": _IDS,
        "request_id": _IDS,
        "data": privacy.NotPersonal("Opaque ids and commitments; e-mail addresses and long texts are refused."),
    },
)
privacy.declare("journal.IndexEntry", {"event": _IDS, "hash": _HASH})
privacy.declare("journal.Node", {"hash": _HASH})
privacy.declare(
    "journal.Signer",
    {
        "public": privacy.NotPersonal("A public key of the installation."),
        "sealed": privacy.NotPersonal("A private key of the installation, sealed.", secret=True),
    },
)
privacy.declare(
    "journal.Succession",
    {"data": privacy.NotPersonal("Public keys and instants."), "signature": privacy.NotPersonal("A signature.")},
)
privacy.declare(
    "journal.Checkpoint", {"root": _HASH, "note": privacy.NotPersonal("Origin, size, root hash and signature.")}
)
privacy.declare(
    "journal.Detail",
    {
        "sealed": privacy.Personal(
            subject="person_id",
            category="trace",
            purpose="What an event says about a person, beside the journal entry that commits to it.",
            export="copy",
            erase="key",
            retention="journal",
        )
    },
)
privacy.declare(
    "journal.Refusal",
    {
        "route": privacy.NotPersonal("The name of a route or page."),
        "reason": privacy.NotPersonal("The name of a permit or a fixed word."),
        "address_hash": privacy.NotPersonal("Keyed hash of an address prefix; its key is destroyed after two days."),
    },
)

alarms.register("journal.unsealed", queries.unsealed_alarm)
