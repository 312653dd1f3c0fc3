"""Who may read the journal, and which tables the change feed leaves out. Pure."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

VIEW = Permit(
    "auditing.view", _("Read the journal"), frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.PRIVACY_OFFICER})
)
DISCLOSE = Permit(
    "auditing.disclose",
    _("Read personal detail in the journal"),
    frozenset({Role.AUDITOR, Role.PRIVACY_OFFICER}),
    fresh=True,
)

ROTATE_KEY = Permit(
    "auditing.rotate_key",
    _("Replace the journal's signing key"),
    frozenset({Role.ADMINISTRATOR}),
    fresh=True,
    by_key=False,
)

# Tables that the change feed does not watch, each with its reason; "app" or "app.model". Every other model of the house is
# watched, so that a new one cannot be forgotten.
UNWATCHED = {
    "journal": "The ledger is append-only and is itself the record.",
    "auditing": "The feed does not watch itself.",
    "kernel.datakey": "Keys are made by the thousand; destroying one is an event of its owner's slice.",
    "kernel.epoch": "A counter.",
    "kernel.worker": "A heartbeat.",
    "kernel.partitionedtable": "Written by migrations.",
    "subjects": "Made by the worker from records, not by people.",
    "conversations": "Records of calls, append-only in effect and partitioned.",
    "gateway": "The spool's way into the database.",
}


def unwatched(label: str) -> str:
    """Why the feed leaves out the model "app.model", or ""."""
    return UNWATCHED.get(label) or UNWATCHED.get(label.partition(".")[0], "")
