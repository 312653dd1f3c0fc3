"""Tables whose rows can be exempt one by one: what is left is sealed anew under a key of its own, so that the person's key dies
with all the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from compliance.requests.rules.stores import Erased, Held, Item, Outcome, Person
from compliance.requests.services.stores.declared import Declared
from panel.kernel.crypto import keyring
from panel.kernel.crypto.fields import EncryptedText
from panel.kernel.models import DataKey


@dataclass(frozen=True)
class Single(Declared):
    """A declared table of a slice that said `stores.register_single`: with ids, a key beside each row, and rows that go."""

    def rows(self, person: Person) -> models.QuerySet[models.Model]:
        """Those that go."""
        return super().rows(person).exclude(pk__in=list(person.exempt.get(self.name, {})))

    def _left(self, person: Person) -> models.QuerySet[models.Model]:
        return super().rows(person).filter(pk__in=list(person.exempt.get(self.name, {})))

    def held(self, person: Person) -> Held:
        found = super().held(person)
        left = self._left(person).count()
        return replace(found, items=found.items + left, exempt=left)

    def listed(self, person: Person, *, after: UUID | None = None, most: int = 50) -> list[Item]:
        rows = super().rows(person).order_by("pk")
        stamp = next(
            (one.name for one in self.model._meta.concrete_fields if isinstance(one, models.DateTimeField)), ""
        )
        found = (rows.filter(pk__gt=after) if after else rows)[:most]
        return [Item(row.pk, getattr(row, stamp, None), str(self.title)) for row in found]

    def among(self, person: Person, items: set[UUID]) -> set[UUID]:
        return set(super().rows(person).filter(pk__in=items).values_list("pk", flat=True))

    def erase(self, person: Person, at: datetime) -> Erased:
        found = super().erase(person, at)
        grounds = person.exempt.get(self.name, {})
        left = list(self._left(person))
        for row in left:
            self._seal_anew(row)
        if not left:
            return found
        if found.outcome == Outcome.HELD:
            return replace(found, left=found.left + len(left))
        why = "; ".join(sorted({grounds[row.pk] for row in left}))
        return Erased(Outcome.RETAINED, found.gone, len(left), why, str(self.retention or _("It ends by its period")))

    def _seal_anew(self, row: Any) -> None:
        """Under a key that the row itself owns. Again is no change; what nothing opens any more stays as it is."""
        key = DataKey.objects.filter(id=row.key_id, wrapped__isnull=False).first()
        if key is None or key.owner == row.pk:
            return
        sealed = [one.name for one in self.model._meta.concrete_fields if isinstance(one, EncryptedText)]
        values: Mapping[str, Any] = {name: getattr(row, name) for name in sealed}
        row.key_id = keyring.create(key.purpose, owners=(row.pk,))
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=["key_id", *sealed])
