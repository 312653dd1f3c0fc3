"""Which subjects are one person: linked with a proof, merged and split by two people.

A link changes no record: records keep the subject id that they were written with, and who asks for a person asks for
`queries.together`. So a split gives back exactly what was there before the merge.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.subjects import queries, rules
from compliance.subjects.models import Link, Subject
from compliance.subjects.rules import Proof
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Missing


class AlreadyAlone(Conflict):
    code = "subject_alone"


class AlreadyOne(Conflict):
    code = "subjects_one"


_regrouped: list[Callable[[set[UUID]], None]] = []


def register_regrouped(told: Callable[[set[UUID]], None]) -> None:
    """Called inside the transaction that links or splits, with every subject of the persons concerned: before and after,
    these are the same."""
    _regrouped.append(told)


@transaction.atomic
def link(*, actor: Actor, one: UUID, other: UUID, proof: Proof, at: datetime) -> UUID:
    """Make one person of two subjects, because somebody proved both; returns who stands for them. Again is a no-op.

    Whoever calls has seen the proof. Raises Missing for a subject that is gone.
    """
    groups = _locked(one, other)
    changes = rules.merged(groups, one, other)
    if changes:
        _apply(changes, proof, at)
        _tell({one, other, *groups, *groups.values()})
        detail = {"other": str(other), "proof": proof.value, "moved": len(changes)}
        journal.record("subjects.identities.linked", actor=actor, obj=("subject", one), detail=detail, at=at)
    return queries.person_of(one)


@transaction.atomic
def split(*, actor: Actor, subject: UUID, at: datetime) -> None:
    """Take a subject out of its person. The two people who decide it stand in the approval. Raises AlreadyAlone, Missing."""
    groups = _locked(subject)
    changes = rules.split(groups, subject)
    if not changes:
        raise AlreadyAlone(_("This is a person of its own already."))
    _apply(changes, Proof.TWO_PEOPLE, at)
    _tell({subject, *groups, *groups.values()})
    detail = {"moved": len(changes)}
    journal.record("subjects.identities.split", actor=actor, obj=("subject", subject), detail=detail, at=at)


def _locked(*subjects: UUID) -> dict[UUID, UUID]:
    """The groups of these subjects while nobody else changes any; links are rare, so one lock is enough."""
    epochs.lock("subjects.links")
    known = set(Subject.objects.filter(id__in=subjects).values_list("id", flat=True))
    if known != set(subjects):
        raise Missing(_("There is no such data subject."))
    return queries.groups(subjects)


def _apply(changes: Mapping[UUID, UUID | None], proof: Proof, at: datetime) -> None:
    """End the links in force of each changed subject and make the new ones. A link that moves to another head of the same
    person keeps the proof that it was made with."""
    rows = {one.subject_id: one for one in Link.objects.filter(subject_id__in=changes, ended_at__isnull=True)}
    _end(rows.values(), at)
    Link.objects.bulk_create(
        Link(
            subject_id=subject,
            person_id=person,
            proof=rows[subject].proof if subject in rows else proof.value,
            made_at=at,
        )
        for subject, person in changes.items()
        if person is not None
    )


def _end(rows: Iterable[Link], at: datetime) -> None:
    for row in rows:
        row.ended_at = max(at, row.made_at)
        row.save(update_fields=["ended_at"])


def _tell(subjects: set[UUID]) -> None:
    for told in _regrouped:
        told(subjects)
