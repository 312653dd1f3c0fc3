"""Naming subjects: the one way from an identifier to the opaque id that records carry."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from compliance.subjects import queries
from compliance.subjects.models import Subject, SubjectIdentifier
from compliance.subjects.rules import Kind, problem
from panel.kernel import ids
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs
from panel.kernel.errors import Invalid


@dataclass(frozen=True)
class Name:
    """What names a subject. `scope` (an assistant's or application's id) belongs to end-user ids and only to them: the
    same id sent to two applications is two subjects until somebody proves otherwise."""

    kind: Kind
    value: str
    scope: UUID | None = None


def subject_for(kind: Kind | str, value: str, *, scope: UUID | None = None) -> UUID:
    """The subject that this names, made on first sight. Raises Invalid for an empty or overlong name."""
    return subjects_for([Name(Kind(kind), value, scope)])[0]


def subjects_for(names: Iterable[Name]) -> list[UUID]:
    """Many at once, in the same order: one query for those that are known."""
    wanted = list(names)
    for name in wanted:
        if told := problem(name.kind, name.value, name.scope):
            raise Invalid(told)
    keys = [(name.kind, index_of(name)) for name in wanted]
    known = queries.found(keys)
    for name, key in zip(wanted, keys, strict=True):
        if key not in known:
            known[key] = _make(name, key[1])
    return [known[key] for key in keys]


def index_of(name: Name) -> bytes:
    return queries.index_of(name.kind, name.value, name.scope)


@transaction.atomic
def _make(name: Name, index: bytes) -> UUID:
    """Two workers that see a name for the first time at once make one subject."""
    epochs.lock(f"subject:{name.kind}:{index.hex()}")
    found = SubjectIdentifier.objects.filter(kind=name.kind, index=index).values_list("subject_id", flat=True).first()
    if found:
        return found
    subject_id = ids.new_id()
    key_id = keyring.create("subject", owners=(subject_id,))
    subject = Subject.objects.create(id=subject_id, key_id=key_id)
    SubjectIdentifier.objects.create(
        subject=subject, key_id=key_id, kind=name.kind, scope=name.scope, index=index, value=name.value
    )
    return subject_id
