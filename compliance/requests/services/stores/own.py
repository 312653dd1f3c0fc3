"""Stores of the floors below: accounts, names of subjects, letters. What is above registers its own."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from secrets import token_bytes
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from accounts.people import queries as people
from accounts.people import services as accounts
from accounts.people.rules import State
from compliance.requests.rules.stores import Erased, Held, Outcome, Person, because
from compliance.subjects import queries as subjects
from compliance.subjects.services import erasing
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto import blind, keyring
from panel.kernel.registries import deletion
from panel.kernel.registries.deletion import Target
from panel.outbound.mail import queries as outbound

# A link of a letter opens what is its reader's: a copy travels, so it holds none.
LINK = re.compile(r"https?://\S*/[A-Za-z0-9_-]{32,}\S*")


class Accounts:
    """Accounts in the panel: closed, their names replaced by a pseudonym that stays the same. Sessions and keys end."""

    name: str = "account"
    title: Any = _("Account")
    purpose: Any = _("to sign in and to be reached")
    category: str = "identity"
    retention: Any = "account"
    order: int = 90
    counted: bool = True
    of_account: bool = True

    def held(self, person: Person) -> Held:
        rows = [one for one in map(people.user, person.users) if one is not None and one.email_address]
        kept = deletion.held([Target("account", one.id, person.subjects) for one in rows])
        oldest = min((one.created_at for one in rows), default=None)
        return Held(len(rows), len(kept), oldest, why=because(kept))

    def items(self, person: Person) -> Iterator[Mapping[str, Any]]:
        for one in map(people.user, person.users):
            if one is not None:
                yield {
                    "full_name": one.full_name, "email": one.email_address, "language": one.language,
                    "time_zone": one.time_zone, "created_at": one.created_at, "state": one.state,
                }  # fmt: skip

    def samples(self, person: Person) -> Iterator[str]:  # noqa: ARG002 - names are searched for anyway
        return iter(())

    def erase(self, person: Person, at: datetime) -> Erased:
        gone = 0
        for one in person.users:
            user = people.user(one)
            if user is None:
                continue
            if deletion.held([Target("account", user.id, person.subjects)]):
                return Erased(Outcome.HELD, gone, 1, str(_("Legal hold")), keys=frozenset({user.key_id}))
            if user.state != State.DISABLED:
                access.close(actor=SYSTEM, user=user, reason="Erased", at=at)
            gone += accounts.erase(user=user, index=token_bytes(16))
        return Erased(Outcome.ERASED, gone)


class Names:
    """What names a data subject: addresses, end-user ids, accounts. The opaque id stays, with nobody behind it."""

    name: str = "subject"
    title: Any = _("Names of the data subject")
    purpose: Any = _("to know whom records are about when that person asks")
    category: str = "identity"
    retention: Any = "account"
    order: int = 95
    counted: bool = True
    of_account: bool = True

    def held(self, person: Person) -> Held:
        rows = [row for one in person.subjects for row in subjects.identifiers(one)]
        kept = deletion.held([Target("subject", one, person.subjects) for one in person.subjects])
        oldest = min((row.created_at for row in rows), default=None)
        return Held(len(rows), len(rows) if kept else 0, oldest, why=because(kept))

    def items(self, person: Person) -> Iterator[Mapping[str, Any]]:
        for one in person.subjects:
            for row in subjects.identifiers(one):
                yield {"kind": row.kind, "value": subjects.opened(row), "since": row.created_at}

    def samples(self, person: Person) -> Iterator[str]:  # noqa: ARG002 - names are searched for anyway
        return iter(())

    def erase(self, person: Person, at: datetime) -> Erased:
        if deletion.held([Target("subject", one, person.subjects) for one in person.subjects]):
            keys = {row.key_id for one in person.subjects for row in subjects.identifiers(one)}
            left = sum(len(subjects.identifiers(one)) for one in person.subjects)
            return Erased(Outcome.HELD, 0, left, str(_("Legal hold")), keys=frozenset(keys))
        return Erased(Outcome.ERASED, erasing.forget(subjects=person.subjects, emails=person.emails, at=at))


class Letters:
    """What the panel wrote to the person. The last letter, which tells of the erasure itself, ends by its period."""

    name: str = "letters"
    title: Any = _("Letters")
    purpose: Any = _("to know whom a message went to")
    category: str = "contact"
    retention: Any = "outbox"
    order: int = 60
    counted: bool = False
    of_account: bool = False

    def held(self, person: Person) -> Held:
        found = outbound.of(person.users, person.emails)
        return Held(len(found), 0, min((one.created_at for one in found), default=None))

    def items(self, person: Person) -> Iterator[Mapping[str, Any]]:
        for one in outbound.of(person.users, person.emails):
            try:
                content = one.content or {}
            except keyring.KeyGone:
                content = {}
            text = content.get("text")
            if one.has_link and isinstance(text, str):
                text = LINK.sub(str(_("[a link that only worked for you]")), text)
            yield {"at": one.created_at, "subject": content.get("subject"), "text": text}

    def samples(self, person: Person) -> Iterator[str]:
        for one in outbound.of(person.users, person.emails)[-2:]:
            try:
                yield str((one.content or {}).get("text", ""))
            except keyring.KeyGone:
                continue

    def erase(self, person: Person, at: datetime) -> Erased:  # noqa: ARG002 - a store's face
        return Erased(Outcome.ERASED, outbound.forget(person.users, person.emails))


def own_names(person: Person) -> frozenset[str]:
    """The person's own identifiers as the masker compares them."""
    return frozenset(blind.normalise(one) for one in person.names)
