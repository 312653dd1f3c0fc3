"""Which jobs an actor may see and steer, and how the schedule stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access import queries as access
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.kernel.models import Job, Scheduled
from panel.kernel.registries import jobs as kinds
from panel.kernel.registries import objects
from panel.kernel.work import slots
from panel.ops.jobs import rules


def visible_to(actor: Actor) -> QuerySet[Job]:
    """All for whom the permit opens all, else the actor's own."""
    if access.can(actor, rules.SEE_JOBS):
        return Job.objects.all()
    return own(actor)


def own(actor: Actor) -> QuerySet[Job]:
    return Job.objects.filter(actor_id=actor.id) if actor.id else Job.objects.none()


def get(actor: Actor, job_id: UUID) -> Job:
    """Raises Missing for a job that the actor may not see."""
    found = visible_to(actor).filter(id=job_id).first()
    if found is None:
        raise Missing(_("There is no such job. Jobs are kept for 30 days."))
    return found


def is_own(actor: Actor, job: Job) -> bool:
    return actor.id is not None and job.actor_id == actor.id


def may_steer(actor: Actor, job: Job) -> bool:
    """Whether the actor may cancel and repeat it."""
    return is_own(actor, job) or access.can(actor, rules.MANAGE_JOBS)


def starters(actor: Actor, jobs: Iterable[Job]) -> dict[UUID, str]:
    """Names of who started these jobs, of whom the reader may see a name."""
    ids: dict[str, set[UUID]] = {"user": set(), "api_key": set()}
    for job in jobs:
        if job.actor_id and job.actor_kind in {"person", "service", "key"}:
            ids["api_key" if job.actor_kind == "key" else "user"].add(job.actor_id)
    found: dict[UUID, str] = {}
    for kind, wanted in ids.items():
        found |= {one: card.title for one, card in objects.cards(actor, kind, wanted).items()}
    return found


def starter_choices(actor: Actor) -> list[tuple[str, str]]:
    """Who has started jobs that the reader sees, for the filter."""
    one_each = visible_to(actor).filter(actor_id__isnull=False).order_by("actor_id").distinct("actor_id")
    rows = list(one_each.only("actor_id", "actor_kind")[:200])
    return sorted(
        ((str(one), name) for one, name in starters(actor, rows).items()), key=lambda pair: pair[1].casefold()
    )


@dataclass(frozen=True)
class Line:
    """One name on the schedule. `late`: its last slot is over and no beat has claimed it."""

    kind: kinds.Kind
    row: Scheduled | None
    next_at: datetime
    late: bool

    @property
    def pk(self) -> str:
        return self.kind.name


def schedule(at: datetime) -> list[Line]:
    rows = Scheduled.objects.in_bulk()
    return [_line(kind, rows.get(kind.name), at) for kind in kinds.scheduled()]


def _line(kind: kinds.Kind, row: Scheduled | None, at: datetime) -> Line:
    if kind.every is None:
        raise LookupError(kind.name)
    newest = slots.current(kind.every, at)
    # A beat looks each second; half a minute late is not running.
    late = (row is None or row.slot < newest) and (at - newest).total_seconds() > 30
    return Line(kind, row, slots.following(kind.every, at), late)
