"""Tabs of an assistant's page; slices above the catalogue register theirs."""

from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.access import queries as access
from accounts.access.rules import Permit
from assistants.catalog.models import Assistant
from panel.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Tab:
    """`url_name` takes the assistant's id; `permit` is asked on the assistant."""

    label: str | Promise
    url_name: str
    permit: Permit
    order: int = 50


_tabs: dict[str, Tab] = {}


def register(tab: Tab) -> None:
    _tabs[tab.url_name] = tab


def shown(actor: Actor, assistant: Assistant) -> list[Tab]:
    """In order, without those that the actor may not open."""
    found = [tab for tab in _tabs.values() if access.can(actor, tab.permit, assistant)]
    return sorted(found, key=lambda tab: tab.order)
