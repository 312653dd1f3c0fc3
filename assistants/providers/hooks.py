"""What providers register: permits, events, menu, privacy, objects."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from assistants.providers import queries, rules, views
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.registries import objects, privacy, setup
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.ui import menu

access.register_permits(*rules.PERMITS)
setup.register_first(views.FIRST)
menu.register(menu.Item("gateway", _("Providers"), "providers:list", "plug", rules.VIEW, order=40))

for name, title in (
    ("provider.created", _("Provider added")),
    ("provider.changed", _("Provider changed")),
    ("provider.tested", _("Provider tested")),
    ("provider.disabled", _("Provider disabled")),
    ("provider.enabled", _("Provider enabled")),
    ("host.allowed", _("Private host allowed")),
    ("host.withdrawn", _("Private host taken off the list")),
):
    events.register(f"providers.{name}", title=title, retention="security")

_COMPANY = NotPersonal("names a company and its terms, not a person")
privacy.declare(
    "providers.Provider",
    {
        "name": _COMPANY,
        "base_url": _COMPANY,
        "default_model": _COMPANY,
        "listed_models": _COMPANY,
        "legal_entity": _COMPANY,
        "country": _COMPANY,
        "retention_note": _COMPANY,
        "checked_code": NotPersonal("a fixed word of the program"),
        "contact": Personal(
            "self", "contact", "to know whom to ask at the provider", export="omit", retention="provider"
        ),
    },
)


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    return {one.id: objects.Card(one.name, reverse("providers:detail", args=[one.id])) for one in found}


def _choices(actor: Actor) -> list[tuple[UUID, str]]:
    return list(queries.visible_to(actor).exclude(kind=rules.Kind.DEMO).order_by("name").values_list("id", "name"))


objects.register(objects.Resolver("provider", "Provider", _cards, _choices))
objects.register(
    objects.Resolver(
        "allowed_host",
        "Private host",
        lambda actor, ids: {
            one.id: objects.Card(f"{one.host}:{one.port}", reverse("providers:hosts"))
            for one in queries.hosts_for(actor).filter(id__in=list(ids))
        },
    )
)
