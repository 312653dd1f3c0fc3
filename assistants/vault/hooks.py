"""What the vault registers: permits, events, menu, cards, privacy, its ledger, its objects."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from accounts.grants.queries import kinds
from assistants.vault import queries, rules
from assistants.vault.models import Secret
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import objects, privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.ui import cards, menu
from panel.ui.ways import palette, tour

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
for grant, receiver in (("vault.SecretUserGrant", "user"), ("vault.SecretTeamGrant", "group")):
    privacy.declare(
        grant, {"giver_kind": _WORD, "reason": Personal(receiver, "employment", "to show why a right was given")}
    )
privacy.declare("vault.SecretBinding", {"user_kind": _WORD, "created_by_kind": _WORD})


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    return {secret.id: objects.Card(secret.name, reverse("vault:detail", args=[secret.id])) for secret in found}


def _choices(actor: Actor) -> list[tuple[UUID, str]]:
    return list(queries.visible_to(actor).kept().order_by("name").values_list("id", "name"))


objects.register(objects.Resolver("secret", "Secret", _cards, _choices))
kinds.register_grantable(kinds.Grantable("secret", queries.find, rules.SHARE, queries.shared_by, rules.VIEW, Secret))


def _tasks(actor: Actor, at: datetime) -> list[cards.Task]:
    """Secrets that end within two weeks, or have ended."""
    return [
        cards.Task(
            title=(gettext("%(name)s has expired") if ended else gettext("%(name)s expires")) % {"name": secret.name},
            sentence=gettext("Nothing can use it any more. Store it anew.")
            if ended
            else gettext("Nothing can use it after that. Store it anew before."),
            url=reverse("vault:detail", args=[secret.id]),
            verb=_("Look"),
            icon="lock",
            urgency=10 if ended else 30,
            tone="danger" if ended else "warn",
            when=date_format(secret.expires_at, "j M"),
        )
        for secret in queries.ending(actor, at)
        if secret.expires_at
        for ended in (queries.expired(secret, at),)
    ]


cards.register(cards.Source("vault", rules.VIEW, order=30, tasks=_tasks))
tour.register(
    tour.Stop(
        40,
        _("A key that ends"),
        _("One secret ends in six days. Rotate it: nobody can read it, not even you."),
        "vault:list",
        permit=rules.VIEW,
    )
)


def _found(actor: Actor, text: str, most: int) -> list[tuple[str, str, str]]:
    rows = queries.visible_to(actor).filter(name__icontains=text).order_by("name", "id")[:most]
    return [(one.name, reverse("vault:detail", args=[one.id]), "") for one in rows]


palette.register(palette.Search(_("Secrets"), "lock", _found, rules.VIEW, order=30))
palette.register_act(palette.Act(_("New secret"), "vault:new", permit=rules.ADD))
