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

SEE_MAP = Permit(
    "auditing.see_map",
    _("See the data map and the record of processing"),
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.PRIVACY_OFFICER}),
)
WRITE_RECORD = Permit(
    "auditing.write_record",
    _("Say who answers for the processing"),
    frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER}),
)
KEEP_SINKS = Permit(
    "auditing.keep_sinks",
    _("Say where the journal goes besides"),
    frozenset({Role.ADMINISTRATOR}),
    fresh=True,
    by_key=False,
)
SINK_KINDS = ("https", "syslog", "s3", "git", "file", "mail", "tsa", "witness")
SINK_WHATS, SINK_FORMS = ("entries", "checkpoints"), ("ocsf", "leaf")
ONLY_CHECKPOINTS = frozenset({"git", "mail", "tsa", "witness"})
RECEIPTS = ("tsa", "witness")
EXPORTS = ("jsonl", "csv", "ocsf")
MOST_TAKEN = 1_000_000
"""Entries of one bundle: about a gigabyte, which a browser still verifies."""
NAME, ADDRESS, CONTACT, OFFICER = "record.name", "record.address", "record.contact", "record.officer"
CONTROLLER = (NAME, ADDRESS, CONTACT, OFFICER)
CATEGORIES = {
    "account": _("Account"),
    "choice": _("Choices and consents"),
    "contact": _("Contact details"),
    "content": _("Content of conversations and reasons"),
    "credential": _("Credentials"),
    "employment": _("Work: rights, approvals, reviews"),
    "identity": _("Identity"),
    "preference": _("Preferences"),
    "trace": _("Traces of use"),
}
"""Words of the data map for the categories that fields declare."""
ENDS = {
    "account": _("with the account"),
    "assistant": _("with the assistant"),
    "consent": _("as long as a choice may have to be proved"),
    "day": _("after a day"),
    "journal": _("with the detail of the journal"),
    "operation": _("journal class “operation”"),
    "outbox": _("with the message in the outbox"),
    "privacy": _("journal class “privacy”"),
    "provider": _("with the provider"),
    "report": _("as long as what a report says may have to be proved"),
    "review": _("with the access review"),
    "seconds": _("within seconds"),
    "security": _("journal class “security”"),
    "standard": _("the assistant's retention class"),
}

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
