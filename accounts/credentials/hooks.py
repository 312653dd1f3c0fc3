"""What the credentials slice registers."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import middleware
from accounts.access import queries as access
from accounts.access import services as rights
from accounts.credentials.queries import keys as queries
from accounts.credentials.queries import signed
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
from panel.outbound.mail import letters
from panel.ui import cards, menu
from panel.ui.ways import palette

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

_NONE = NotPersonal("stays empty: client credentials only")
privacy.declare(
    "credentials.Client",
    {
        "client_id": NotPersonal("the random public part of a key"),
        **dict.fromkeys(("redirect_uris", "post_logout_redirect_uris", "allowed_origins", "name", "algorithm"), _NONE),
        **dict.fromkeys(("client_type", "authorization_grant_type", "registration_source"), _WORD),
    },
)
privacy.declare(
    "credentials.AccessToken",
    {
        "token": _NONE,
        "token_checksum": NotPersonal("a hash of a random token", secret=True),
        "scope": _WORD,
        "resource": NotPersonal("the panel's own addresses"),
    },
)
privacy.declare(
    "credentials.SigningKey",
    {
        "public": NotPersonal("a public key"),
        "seal": NotPersonal("a keyed hash of a public key", secret=True),
    },
)
# Tables of the library for grants that are not offered.
_LIBRARY = {
    "Grant": ("code", "redirect_uri", "scope", "code_challenge", "nonce", "claims", "resource"),
    "RefreshToken": ("token", "token_checksum", "resource"),
    "IDToken": ("scope",),
    "DeviceGrant": ("device_code", "user_code", "scope", "client_id"),
}
for _model, _fields in _LIBRARY.items():
    privacy.declare(f"oauth2_provider.{_model}", dict.fromkeys(_fields, _NONE))

settings.register(
    Spec(queries.LONGEST, _("Longest life of a key, in days"), LONGEST_DAYS, policy.days, "PANEL_KEY_LONGEST_DAYS")
)
settings.register(Spec(queries.ENDLESS, _("Keys without an end"), False, policy.yes_or_no, "PANEL_KEY_ENDLESS"))

letters.register(
    letters.Letter(
        "key_leaked", _("API key reported as leaked"), {"name": "shop-website", "link": "https://panel.example.org/"}
    )
)
rights.register_permits(*rules.PERMITS)
rights.register_ending(keys.end_of)
rights.register_change(keys.rights_changed)
access.register_means("key", queries.limit)
access.register_means("token", signed.token_limit)
middleware.register_bearer(queries.actor_of)
middleware.register_bearer(signed.token_actor)
middleware.register_entry(uses.entered)
cards.register(cards.Source("credentials", permit=rules.USE, tasks=tasks.waiting))
setup.register_first(first.STEP)
menu.register(menu.Item("gateway", _("API keys"), "credentials:list", "key-round", rules.USE, order=30))
menu.register(menu.Item("gateway", _("Service accounts"), "credentials:services", "bot", rules.USE, order=35))

events.register("credentials.key.issued", _("API key made"))
events.register("credentials.key.rolled", _("API key rolled"))
events.register("credentials.key.rotated", _("API key rotated"))
events.register("credentials.key.old_secret_ended", _("Old secret of an API key ended"))
events.register("credentials.key.revoked", _("API key revoked"))
events.register("credentials.key.leak_reported", _("API key reported as leaked"))
events.register("credentials.policy.changed", _("Policy of API keys changed"))
events.register("credentials.service.added", _("Service account added"))
events.register("credentials.service.handed_over", _("Service account handed over"))
events.register("credentials.service.closed", _("Service account closed"))
events.register("credentials.token.issued", _("Access token given to a client"), retention="operation")
events.register("credentials.token.revoked", _("Access token ended"))
events.register("credentials.signing_key.changed", _("Key that signs access tokens changed"))


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    return {one.id: objects.Card(one.name, reverse("credentials:detail", args=[one.id])) for one in found}


objects.register(objects.Resolver("api_key", "API key", _cards))


def _found(actor: Actor, text: str, most: int) -> list[tuple[str, str, str]]:
    rows = queries.visible_to(actor).filter(name__icontains=text).order_by("name", "id")[:most]
    return [(one.name, reverse("credentials:detail", args=[one.id]), one.key_id) for one in rows]


palette.register(palette.Search(_("API keys"), "key-round", _found, rules.USE, order=20))
palette.register_act(palette.Act(_("New API key"), "credentials:new", permit=rules.ISSUE))
