"""What the credentials slice registers."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import middleware
from accounts.access import queries as access
from accounts.access import services as rights
from accounts.credentials import queries
from accounts.credentials.rules import permits as rules
from accounts.credentials.rules import policy
from accounts.credentials.rules.life import LONGEST_DAYS
from accounts.credentials.services import keys, uses
from accounts.credentials.views import first, tasks
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.registries import objects, privacy, settings, setup
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.kernel.registries.settings import Spec
from panel.ui import cards, menu, palette

_WORD = NotPersonal("a fixed word of the program")

privacy.declare(
    "credentials.ApiKey",
    {
        "key_id": NotPersonal("the random public part of a key"),
        "digest": NotPersonal("a keyed hash of a random key", secret=True),
        "previous_digest": NotPersonal("a keyed hash of a random key", secret=True),
        "name": NotPersonal("the name of an application"),
        "scopes": _WORD,
        "used_scopes": _WORD,
        "networks": NotPersonal("address ranges of the organisation's machines"),
        "last_address": Personal("owner", "trace", "to see from where a key is used"),
        "creator_kind": _WORD,
    },
)

settings.register(
    Spec(queries.LONGEST, _("Longest life of a key, in days"), LONGEST_DAYS, policy.days, "PANEL_KEY_LONGEST_DAYS")
)
settings.register(Spec(queries.ENDLESS, _("Keys without an end"), False, policy.yes_or_no, "PANEL_KEY_ENDLESS"))

rights.register_permits(*rules.PERMITS)
rights.register_ending(keys.end_of)
rights.register_change(keys.rights_changed)
access.register_means("key", queries.limit)
middleware.register_bearer(queries.actor_of)
middleware.register_entry(uses.entered)
cards.register(cards.Source("credentials", permit=rules.USE, tasks=tasks.ending))
setup.register_first(first.STEP)
menu.register(menu.Item("gateway", _("API keys"), "credentials:list", "key-round", rules.USE, order=30))

events.register("credentials.key.issued", _("API key made"))
events.register("credentials.key.rolled", _("API key rolled"))
events.register("credentials.key.rotated", _("API key rotated"))
events.register("credentials.key.old_secret_ended", _("Old secret of an API key ended"))
events.register("credentials.key.revoked", _("API key revoked"))


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    return {one.id: objects.Card(one.name, reverse("credentials:detail", args=[one.id])) for one in found}


objects.register(objects.Resolver("api_key", "API key", _cards))


def _found(actor: Actor, text: str, most: int) -> list[tuple[str, str, str]]:
    rows = queries.visible_to(actor).filter(name__icontains=text).order_by("name", "id")[:most]
    return [(one.name, reverse("credentials:detail", args=[one.id]), one.key_id) for one in rows]


palette.register(palette.Search(_("API keys"), "key-round", _found, rules.USE, order=20))
palette.register_act(palette.Act(_("New API key"), "credentials:new", permit=rules.USE))
