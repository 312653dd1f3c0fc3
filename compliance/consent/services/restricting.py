"""Whose data may not be processed for a while (GDPR Art. 18 and 21), told to the gateway at once. Whoever calls has decided
it; the gateway then refuses every call about this person, whichever of their names it comes under."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.consent import queries
from compliance.consent.models import Restriction, Standing
from compliance.subjects import queries as subjects
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.db import epochs


def restrict(*, actor: Actor, subject: UUID, at: datetime) -> Restriction:
    """Returns when every live worker of the gateway refuses, after one second at most. Again is no change."""
    with transaction.atomic():
        person, epoch = subjects.person_of(subject), epochs.bump()
        found = queries.restriction(person)
        if found is None:
            found = Restriction.objects.create(id=ids.new_id(at), subject_id=person, since=at)
            journal.record("consent.processing.restricted", actor=actor, obj=("subject", person), at=at)
    epochs.wait(epoch)
    return found


@transaction.atomic
def lift(*, actor: Actor, subject: UUID, at: datetime) -> None:
    """Process again. Nothing to lift is no change."""
    epochs.bump()
    rows = Restriction.objects.filter(subject_id__in=subjects.together(subject), lifted_at__isnull=True)
    if rows.update(lifted_at=at):
        journal.record("consent.processing.resumed", actor=actor, obj=("subject", subject), at=at)


def follow(regrouped: set[UUID]) -> None:
    """Subjects were linked or split: the gateway reads anew how their person's consents stand."""
    Standing.objects.filter(subject_id__in=regrouped).update(epoch=epochs.bump())
