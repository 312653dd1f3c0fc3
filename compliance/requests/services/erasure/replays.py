"""After a restore: the ledger that lies beside the backups knows more than the database. Whoever was erased since is erased
again, in the transaction that ends the restore, before anything serves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.requests.models import Erasure
from compliance.requests.queries import reading
from compliance.requests.rules.stores import Person, Store
from compliance.requests.services.erasure.executing import alive
from compliance.requests.services.stores import every
from panel.journal import services as journal
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto import keyring


@dataclass(frozen=True)
class Replay:
    """Of subjects or of accounts: in the ledger they are entries of their own, because a restored database may not be able
    to say any more which account was whose."""

    scope: str

    def collect(self) -> Iterable[tuple[UUID, datetime]]:
        return Erasure.objects.filter(scope=self.scope).values_list("of", "at").iterator(chunk_size=5000)

    def apply(self, ids: Sequence[UUID], at: datetime) -> int:
        """Safe to repeat. What a hold keeps comes back with its hold, and is done when that ends."""
        return sum(self._again(one, at) for one in ids)

    @transaction.atomic
    def _again(self, one: UUID, at: datetime) -> int:
        person = self._person(one)
        if not alive(person.ids) and not any(store.held(person).items for store in self._stores()):
            return 0
        keep: set[UUID] = set()
        for store in self._stores():
            keep |= store.erase(person, at).keys
        gone = sum(keyring.destroy(owner=each, keep=keep) for each in person.ids)
        if not Erasure.objects.filter(of=one, scope=self.scope).exists():
            Erasure.objects.create(request=None, scope=self.scope, of=one, at=at)
        detail = {"scope": self.scope, "keys": gone}
        journal.record("requests.erasure.repeated", actor=SYSTEM, obj=("subject", one), detail=detail, at=at)
        return 1

    def _person(self, one: UUID) -> Person:
        if self.scope == "account":
            return Person((), (one,))
        live = reading.person(one)
        return Person((one,), (), live.names, live.emails, reading.exempted(one))

    def _stores(self) -> list[Store]:
        """Those that stay as they are whatever an erasure does are looked at by nobody."""
        wanted = [one for one in every.every() if not one.of_account or one.name in self._own]
        return [one for one in wanted if one.counted]

    @property
    def _own(self) -> set[str]:
        return {"account"} if self.scope == "account" else {"subject"}
