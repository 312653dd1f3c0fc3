"""Who a subject is."""

from collections.abc import Iterable
from uuid import UUID

from compliance.subjects.models import SubjectIdentifier
from compliance.subjects.rules import Kind, spelling
from panel.kernel.crypto import blind


def index_of(kind: Kind, value: str, scope: UUID | None = None) -> bytes:
    """The blind index under which this name is found."""
    return blind.index(f"subjects.{kind}", spelling(value, scope))


def find(*, kind: Kind, value: str, scope: UUID | None = None) -> UUID | None:
    """The subject of this name, if there is one."""
    rows = SubjectIdentifier.objects.filter(kind=kind, index=index_of(kind, value, scope))
    return rows.values_list("subject_id", flat=True).first()


def identifiers(subject: UUID) -> list[SubjectIdentifier]:
    """What names this subject, oldest first; reading `value` opens it."""
    return list(SubjectIdentifier.objects.filter(subject_id=subject).order_by("id"))


def found(pairs: Iterable[tuple[Kind, bytes]]) -> dict[tuple[str, bytes], UUID]:
    """Subjects by (kind, index), in one query."""
    wanted = set(pairs)
    rows = SubjectIdentifier.objects.filter(index__in=[index for _, index in wanted]).values_list(
        "kind", "index", "subject_id"
    )
    return {(kind, bytes(index)): subject for kind, index, subject in rows}
