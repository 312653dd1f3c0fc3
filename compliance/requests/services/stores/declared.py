"""Tables that say of themselves, by the declarations of their fields, whom they are about and what an erasure does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compliance.requests.rules.stores import Erased, Held, Outcome, Person, because
from panel.kernel.crypto.fields import EncryptedText
from panel.kernel.crypto.keyring import KeyGone
from panel.kernel.db.ledgers import declared as ledgers
from panel.kernel.registries import deletion, privacy
from panel.kernel.registries.deletion import Target
from panel.kernel.registries.privacy import Personal

# Why what is declared "keep" stays, by its retention.
GROUNDS: Mapping[str, Any] = {
    "consent": _("GDPR Art. 7(1): proof of what was chosen"),
    "journal": _("GDPR Art. 5(2): proof of what was done"),
    "assistant": _("The organisation's own record, under a pseudonym"),
}
TITLES: Mapping[str, Any] = {
    "chat.note": _("What they wrote to people who run an assistant"),
    "consent.record": _("Proof of choices"),
    "consent.standing": _("Choices in force"),
    "policies.acceptance": _("Accepted policies"),
    "journal.detail": _("Personal detail in the journal"),
    "approvals.approval": _("What was asked of others to approve"),
    "signin.session": _("Sessions"),
    "signin.passkey": _("Passkeys"),
    "ui.listsetting": _("Kept views of lists"),
    "access.rolegrant": _("Roles"),
    "access.grantchange": _("History of rights"),
    "credentials.apikey": _("API keys"),
}
# Tables that a store of their own looks after.
COVERED = frozenset(
    {"people.user", "subjects.subjectidentifier", "subjects.prooflink", "subjects.erased", "outbound.message"}
)
SKIPPED_APPS = frozenset({"requests", "conversations"})
Fields = dict[str, Personal]


@dataclass(frozen=True)
class Declared:
    """One table. `path` is the column that names the person, `users` whether it holds accounts (else subjects)."""

    model: type[models.Model]
    path: str
    users: bool
    fields: Fields
    order: int = 50
    of_account: bool = False

    @cached_property
    def name(self) -> str:
        return self.model._meta.label_lower

    @property
    def title(self) -> Any:
        return TITLES.get(self.name) or str(self.model._meta.verbose_name_plural).capitalize()

    @property
    def purpose(self) -> Any:
        return next(iter(self.fields.values())).purpose

    @property
    def category(self) -> str:
        return next(iter(self.fields.values())).category

    @property
    def retention(self) -> Any:
        return next(iter(self.fields.values())).retention

    @property
    def counted(self) -> bool:
        """What grows by the work on a request itself is no part of what two people approve."""
        return self.name not in {
            "journal.detail",
            "approvals.approval",
            "approvals.decision",
            "ui.created",
            "signin.kept",
        }

    @property
    def stays(self) -> Personal | None:
        """The field for which rows stay: nothing of them is removed or sealed under a key that is destroyed."""
        kept = [one for one in self.fields.values() if one.erase in {"keep", "period"}]
        return kept[0] if kept and len(kept) == len(self.fields) else next(iter(kept), None)

    def rows(self, person: Person) -> models.QuerySet[models.Model]:
        wanted = person.users if self.users else person.subjects
        return self.model._default_manager.filter(Q(**{f"{self.path}__in": list(wanted)}))

    def held(self, person: Person) -> Held:
        count = self.rows(person).count()
        kept = self._kept(person) if count else {}
        ground, until = self._why()
        return Held(count, count if kept else 0, None, ground, until, because(kept))

    def _why(self) -> tuple[str, str]:
        stays = self.stays
        if stays is None:
            return "", ""
        ground = str(GROUNDS.get(stays.retention, _("It ends by its period"))) if stays.erase == "keep" else ""
        return ground or str(_("It ends by its period")), stays.retention

    def _kept(self, person: Person) -> deletion.Kept:
        """A hold on the person keeps the whole table's rows about them."""
        return deletion.held([Target(self.name, person.ids[0], person.subjects)])

    def items(self, person: Person) -> Iterator[Mapping[str, Any]]:
        told = [name for name, one in self.fields.items() if one.export != "omit"]
        if not told:
            return
        stamps = [one.name for one in self.model._meta.concrete_fields if isinstance(one, models.DateTimeField)]
        for row in self.rows(person).order_by("pk").iterator(chunk_size=500):
            yield {**{one: getattr(row, one) for one in stamps}, **{one: _read(row, one) for one in told}}

    def samples(self, person: Person) -> Iterator[str]:
        """Of what is sealed: words that stand open anyway (hashes, kinds) would be found everywhere."""
        sealed = [one for one in self.fields if isinstance(self.model._meta.get_field(one), EncryptedText)]
        for row in self.rows(person).order_by("-pk")[:3] if sealed else ():
            for name in sealed:
                value = _read(row, name)
                if isinstance(value, str):
                    yield value

    def erase(self, person: Person, at: datetime) -> Erased:  # noqa: ARG002 - a store's face
        rows = self.rows(person)
        count = rows.count()
        if count and self._kept(person):
            return Erased(Outcome.HELD, 0, count, str(_("Legal hold")), keys=self._keys(rows))
        ground, until = self._why()
        ways = {one.erase for one in self.fields.values()}
        if self.model._meta.db_table not in ledgers():
            if "row" in ways and not ways & {"keep", "period"}:
                rows.delete()
                return Erased(Outcome.ERASED, count)
            blank = [name for name, one in self.fields.items() if one.erase == "blank"]
            if blank:
                rows.update(**{name: self._empty(name) for name in blank})
        if ground and count:
            return Erased(Outcome.RETAINED, 0, count, ground, until)
        return Erased(Outcome.ERASED, count)

    def _empty(self, name: str) -> Any:
        return None if self.model._meta.get_field(name).null else ""

    def _keys(self, rows: models.QuerySet[models.Model]) -> frozenset[UUID]:
        names = {one.name for one in self.model._meta.concrete_fields}
        return frozenset(rows.values_list("key_id", flat=True)) if "key_id" in names else frozenset()

    def readable(self, person: Person) -> int:
        """How many sealed values of these rows still open: an erasure leaves none but in what is kept."""
        sealed = [
            name for name, one in self.fields.items()
            if one.erase in {"key", "row"} and isinstance(self.model._meta.get_field(name), EncryptedText)
        ]  # fmt: skip
        if not sealed:
            return 0
        rows = self.rows(person).order_by("pk").iterator(chunk_size=500)
        return sum(_read(row, name) not in {None, ""} for row in rows for name in sealed)


def _read(row: models.Model, name: str) -> Any:
    try:
        value = getattr(row, name)
    except KeyGone:
        return None
    return value if isinstance(value, str | int | float | bool | None | dict | list) else None


def tables() -> list[Declared]:
    """A store for every table whose declarations lead to a person, but those that have a store of their own."""
    found: dict[str, Fields] = {}
    for (label, name), one in privacy.declarations().items():
        if isinstance(one, Personal) and label not in COVERED and label.partition(".")[0] not in SKIPPED_APPS:
            found.setdefault(label, {})[name] = one
    made = [_table(apps.get_model(label), fields) for label, fields in sorted(found.items())]
    return [one for one in made if one is not None]


def _table(model: type[models.Model], fields: Fields) -> Declared | None:
    path = next(iter(fields.values())).subject
    columns = {one.attname: one for one in model._meta.concrete_fields}
    field = columns.get(path) or columns.get(f"{path}_id")
    if field is None:
        return None
    if field.is_relation and field.related_model is not None:
        label = field.related_model._meta.label_lower
        if label not in {"people.user", "subjects.subject"}:
            return None
        return Declared(model, field.attname, label == "people.user", fields)
    return Declared(model, field.attname, not field.attname.startswith("subject"), fields)
