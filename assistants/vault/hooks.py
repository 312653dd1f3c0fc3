"""What the vault registers: permits, events, menu, privacy, its ledger, its objects."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from assistants.vault import queries, rules
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import objects, privacy
from panel.kernel.registries.privacy import NotPersonal
from panel.ui import menu

access.register_permits(*rules.PERMITS)
ledgers.append_only("vault_secretversion")
menu.register(menu.Item("gateway", _("Secrets"), "vault:list", "lock", rules.VIEW, order=50))

for name, title in (
    ("created", _("Secret stored")),
    ("rotated", _("Secret replaced")),
    ("disabled", _("Secret disabled")),
    ("enabled", _("Secret enabled")),
    ("destroyed", _("Secret destroyed")),
    ("bound", _("Secret bound to a user")),
    ("unbound", _("Secret taken from a user")),
):
    events.register(f"vault.secret.{name}", title=title, retention="security")

_WORD = NotPersonal("a fixed word of the program")
privacy.declare("vault.Secret", {"name": NotPersonal("names a key of the organisation, by rule not a person")})
privacy.declare(
    "vault.SecretVersion",
    {
        "sealed": NotPersonal("a credential of the organisation, sealed", secret=True),
        "shown": NotPersonal("part of a credential of the organisation, sealed", secret=True),
        "fingerprint": NotPersonal("a keyed digest", secret=True),
        "created_by_kind": _WORD,
    },
)
privacy.declare("vault.SecretBinding", {"user_kind": _WORD, "created_by_kind": _WORD})


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    return {secret.id: objects.Card(secret.name, reverse("vault:detail", args=[secret.id])) for secret in found}


objects.register(objects.Resolver("secret", "Secret", _cards))
