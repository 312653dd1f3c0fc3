"""Which reports somebody may ask for, and which of those that were written they may see."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.access import queries as access
from accounts.people import queries as people
from compliance.reports.models import Report
from compliance.reports.rules import TAKE, Kind, registered
from panel.kernel.actors import Actor


def kinds(actor: Actor) -> list[Kind]:
    """Those whose subject the actor may see."""
    if not access.can(actor, TAKE):
        return []
    return [one for one in registered().values() if access.can(actor, one.permit)]


def visible_to(actor: Actor) -> QuerySet[Report]:
    return Report.objects.filter(kind__in=[one.name for one in kinds(actor)]).defer("sealed")


def get(actor: Actor, report_id: UUID) -> Report | None:
    return visible_to(actor).filter(id=report_id).first()


def title(kind: str) -> str:
    found = registered().get(kind)
    return str(found.title) if found else kind


def names(rows: list[Report]) -> dict[UUID, str]:
    """Of who asked for them."""
    return people.names({one.made_by_id for one in rows if one.made_by_id})
