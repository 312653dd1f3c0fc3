"""What becomes of a subject that is erased: its names go, its sessions end, the pseudonym stays without anybody behind it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from compliance.subjects.models import Erased, ProofLink, SubjectIdentifier, SubjectSession
from compliance.subjects.rules import Kind
from compliance.subjects.services.naming import Name, index_of
from panel.kernel import ids
from panel.kernel.crypto import blind
from panel.kernel.db import epochs

LATE = timedelta(days=7)
"""So long after an erasure a record from before it may still come in: the spool of a gateway that was cut off."""


@transaction.atomic
def forget(*, subjects: Iterable[UUID], emails: Iterable[str], at: datetime) -> int:
    """Remove every name and session of these subjects, and links that were mailed to their addresses; returns how many
    names. Again does nothing."""
    wanted = list(subjects)
    rows = list(SubjectIdentifier.objects.filter(subject_id__in=wanted))
    Erased.objects.bulk_create(
        [Erased(id=ids.new_id(), subject_id=one.subject_id, kind=one.kind, index=one.index, at=at) for one in rows],
        update_conflicts=True, unique_fields=["kind", "index"], update_fields=["at", "subject_id"],
    )  # fmt: skip
    SubjectSession.objects.filter(subject_id__in=wanted).delete()
    addresses = {blind.normalise(one) for one in emails}
    mailed = [one.id for one in ProofLink.objects.filter(kind=Kind.EMAIL) if str(one.value) in addresses]
    ProofLink.objects.filter(id__in=mailed).delete()
    SubjectIdentifier.objects.filter(id__in=[one.id for one in rows]).delete()
    epochs.bump()
    return len(rows)


def erased_before(names: Iterable[Name]) -> dict[tuple[str, bytes], tuple[UUID, datetime]]:
    """Of these names, those whose person was erased: (kind, index) -> (pseudonym, when), in one query."""
    keys = {(str(name.kind), index_of(name)) for name in names}
    rows = Erased.objects.filter(index__in=[index for _kind, index in keys])
    return {(one.kind, bytes(one.index)): (one.subject_id, one.at) for one in rows}


def sweep(*, at: datetime) -> int:
    return Erased.objects.filter(at__lt=at - LATE).delete()[0]
