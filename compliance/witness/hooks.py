"""What the witness registers: permits, events, its alarm, objects, privacy."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import queries as access_queries
from accounts.access import services as access
from compliance.witness import queries, rules
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import alarms, objects, privacy
from panel.kernel.registries.privacy import NotPersonal

access.register_permits(rules.VIEW, rules.KEEP)
ledgers.append_only("witness_cosigner")
alarms.register("witness.fork", queries.forked)
for name, title in (
    ("log.added", _("Journal of another panel witnessed")),
    ("log.removed", _("Journal of another panel witnessed no more")),
    ("log.forked", _("Witnessed journal signed two versions")),
    ("checkpoint.cosigned", _("Checkpoint of another panel cosigned")),
):
    events.register(f"witness.{name}", title)

_NOTE = NotPersonal("a checkpoint: origin, size, root and signature")
privacy.declare(
    "witness.Log",
    {
        "origin": NotPersonal("the name of a journal"),
        "keys": NotPersonal("public keys"),
        "root": NotPersonal("a hash"),
        "note": _NOTE,
        "fork": _NOTE,
    },
)
privacy.declare(
    "witness.Cosigner",
    {
        "public": NotPersonal("a public key of the installation"),
        "sealed": NotPersonal("a private key of the installation, sealed", secret=True),
    },
)


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    if not access_queries.can(actor, rules.VIEW):
        return {}
    found = queries.logs().filter(id__in=list(ids))
    return {one.id: objects.Card(one.origin, reverse("witness:list")) for one in found}


objects.register(objects.Resolver("witnessed_log", "Witnessed journal", _cards))
