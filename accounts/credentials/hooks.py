"""What the credentials slice registers."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import middleware
from accounts.access import queries as access
from accounts.access import services as rights
from accounts.credentials import queries, services
from accounts.credentials.rules import permits as rules
from accounts.credentials.views import first, tasks
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.registries import objects, privacy, setup
from panel.kernel.registries.privacy import NotPersonal
from panel.ui import cards, menu

_WORD = NotPersonal("a fixed word of the program")

privacy.declare(
    "credentials.ApiKey",
    {
        "key_id": NotPersonal("the random public part of a key"),
        "digest": NotPersonal("a keyed hash of a random key", secret=True),
        "name": NotPersonal("the name of an application"),
        "scopes": _WORD,
        "creator_kind": _WORD,
    },
)

rights.register_permits(*rules.PERMITS)
rights.register_ending(services.end_of)
access.register_means("key", queries.limit)
middleware.register_bearer(queries.actor_of)
cards.register(cards.Source("credentials", permit=rules.USE, tasks=tasks.ending))
setup.register_first(first.STEP)
menu.register(menu.Item("gateway", _("API keys"), "credentials:list", "key-round", rules.USE, order=30))

events.register("credentials.key.issued", _("API key made"))
events.register("credentials.key.rolled", _("API key rolled"))
events.register("credentials.key.revoked", _("API key revoked"))


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    return {one.id: objects.Card(one.name, reverse("credentials:detail", args=[one.id])) for one in found}


objects.register(objects.Resolver("api_key", "API key", _cards))
