"""Scopes in words, and which permits a scope of the panel's own API carries."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit
from accounts.credentials.rules.life import CHAT, EMBEDDINGS, MANAGE, MODELS

WORDS: dict[str, Any] = {
    CHAT: _("Chat with the chosen assistants"),
    EMBEDDINGS: _("Turn texts into embeddings, once the gateway does"),
    MODELS: _("List the chosen assistants as models"),
}
"""What each scope on the gateway lets a program do."""


def area_of(permit: str) -> str:
    """`vault.rotate_secret` lies in `vault`."""
    return permit.partition(".")[0]


def areas(permits: Iterable[Permit]) -> dict[str, list[Permit]]:
    """`manage:<area>` to the permits that it carries, both in order of name. What no key may ever do is left out."""
    found: dict[str, list[Permit]] = {}
    for permit in sorted(permits, key=lambda one: one.name):
        if permit.by_key:
            found.setdefault(MANAGE + area_of(permit.name), []).append(permit)
    return found


def carried(scopes: Iterable[str], permits: Mapping[str, Permit]) -> frozenset[str]:
    """Names of the permits that scopes carry: those of their areas, and those that are named one by one."""
    given = set(scopes)
    return frozenset(
        name for name, permit in permits.items() if permit.by_key and (name in given or MANAGE + area_of(name) in given)
    )


def used_by(permit: str, scopes: Iterable[str]) -> frozenset[str]:
    """Which of these scopes opened a door that asks for a permit."""
    return frozenset(scopes) & {permit, MANAGE + area_of(permit)}
