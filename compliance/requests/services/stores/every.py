"""Every store, in the order in which an erasure goes through them."""

from dataclasses import fields
from functools import cache
from typing import Any

from compliance.requests.rules import stores
from compliance.requests.rules.kinds import Kind
from compliance.requests.rules.stores import Store
from compliance.requests.services.stores import declared, single


@cache
def _tables() -> tuple[Store, ...]:
    names = stores.singles()
    return tuple(
        single.Single(**{one.name: getattr(found, one.name) for one in fields(found)}) if found.name in names else found
        for found in declared.tables()
    )


def every() -> list[Store]:
    return sorted([*stores.registered(), *_tables()], key=lambda one: (one.order, one.name))


def of(kind: str) -> list[Store]:
    """What a request of this kind touches: with the account, or all but it."""
    return [one for one in every() if kind != Kind.WIPE or not _account(one)]


def _account(one: Store) -> bool:
    return one.of_account or (isinstance(one, declared.Declared) and one.users)


def titles() -> dict[str, Any]:
    return {one.name: one.title for one in every()}


def named(name: str) -> Store | None:
    return next((one for one in every() if one.name == name), None)
