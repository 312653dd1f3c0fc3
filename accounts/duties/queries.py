"""Which rules of separation hold, and who breaks one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.queries import Standing
from accounts.access.rules import ROLE_NAMES, Role
from accounts.duties.models import Decided
from accounts.duties.rules import BUILT_IN, Rule, Strength
from accounts.people import queries as people


def rules() -> list[Rule]:
    """Those of the panel with the strength that was decided, then the organisation's own, by name."""
    decided = {one.name: one for one in Decided.objects.order_by("name")}
    found = []
    for rule in BUILT_IN:
        changed = None if rule.fixed else decided.pop(rule.name, None)
        found.append(replace(rule, strength=Strength(changed.strength)) if changed else rule)
    return found + [_own(one) for one in decided.values() if one.first]


def _own(row: Decided) -> Rule:
    title = _("%(one)s and %(other)s") % {"one": words(row.first), "other": words(row.second)}
    return Rule(row.name, title, "", Strength(row.strength), tuple(row.first), tuple(row.second), built_in=False)


def words(tokens: Iterable[str]) -> str:
    """What a side is, for people."""
    return ", ".join(_word(token) for token in tokens)


def _word(token: str) -> str:
    kind, _colon, name = token.partition(":")
    if kind == "role" and name in set(Role):
        return str(ROLE_NAMES[Role(name)])
    permit = rights.permits().get(name)
    return str(permit.title) if permit else name


def strength(name: str) -> Strength:
    """Of one rule by its name; off for an unknown one."""
    return next((rule.strength for rule in rules() if rule.name == name), Strength.OFF)


def tokens(standing: Standing) -> set[str]:
    """Everything that somebody has, as rules name it."""
    held = {f"role:{role.value}" for role in standing.roles}
    return held | {f"permit:{permit.name}" for permit in rights.permits().values() if standing.has(permit)}


def broken(standing: Standing, among: Iterable[Rule] | None = None) -> list[Rule]:
    """Rules that somebody with this standing breaks, the forbidden ones first."""
    held = tokens(standing)
    found = [one for one in among or rules() if one.strength is not Strength.OFF and one.broken_by(held)]
    return sorted(found, key=lambda one: one.strength is not Strength.FORBID)


@dataclass(frozen=True)
class Conflict:
    """Somebody who breaks a rule now."""

    pk: UUID
    person: UUID
    who: str
    rule: Rule


def conflicts(at: datetime) -> list[Conflict]:
    """Everybody who has both sides of a rule now, by name."""
    every, held = rules(), access.roles_by_user(at)
    pairs = [
        (person, rule)
        for person, roles in held.items()
        for rule in broken(Standing(frozenset({*roles, Role.MEMBER})), every)
    ]
    names = people.names(person for person, _rule in pairs)
    found = [Conflict(person, person, names.get(person, people.GONE), rule) for person, rule in pairs]
    return sorted(found, key=lambda one: (one.who.casefold(), str(one.rule.title)))


def decided(name: str) -> Decided | None:
    return Decided.objects.filter(name=name).first()


def choices() -> list[tuple[str, Any]]:
    """Roles that a rule can name."""
    return [(f"role:{role.value}", ROLE_NAMES[role]) for role in Role if role is not Role.MEMBER]
