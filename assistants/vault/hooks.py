"""What the vault registers: permits, events, privacy, its ledger."""

from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from assistants.vault import rules
from panel.journal import events
from panel.kernel.db import ledgers
from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal

access.register_permits(*rules.PERMITS)
ledgers.append_only("vault_secretversion")

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
