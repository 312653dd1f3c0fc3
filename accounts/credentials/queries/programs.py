"""Questions about service accounts."""

from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.access import queries as access
from accounts.credentials.models import ApiKey
from accounts.credentials.rules.permits import SEE_ALL
from accounts.people import queries as people
from accounts.people.models import Service
from accounts.people.rules import State
from panel.kernel import clock
from panel.kernel.actors import Actor

MOST_KEYS = 500
ORPHANED = Q(responsible__isnull=True) | ~Q(responsible__state=State.ACTIVE)


def visible_to(actor: Actor) -> QuerySet[Service]:
    """Those that the actor answers for; with the right to see all keys, all."""
    rows = people.services().select_related("responsible")
    if access.can(actor, SEE_ALL):
        return rows
    return rows.filter(responsible_id=actor.id) if actor.id else rows.none()


def key_ids(actor: Actor) -> list[UUID]:
    """Keys, ended ones too, of the service accounts that somebody answers for."""
    if actor.kind != "person" or actor.id is None:
        return []
    return list(
        ApiKey.objects.filter(owner__service__responsible_id=actor.id)
        .order_by("-id")
        .values_list("id", flat=True)[:MOST_KEYS]
    )


def one(actor: Actor, text: str) -> Service | None:
    """The service account with an id, if the actor answers for it."""
    try:
        found = people.service(UUID(text))
    except ValueError:
        return None
    return found if found is not None and answers_for(actor, found) else None


def answers_for(actor: Actor, service: Service) -> bool:
    return actor.kind == "person" and actor.id is not None and service.responsible_id == actor.id


def acting(service: Service) -> Actor:
    """The service account as an actor, to ask what it may do."""
    return Actor("service", service.user_id)


def orphaned(rows: QuerySet[Service]) -> QuerySet[Service]:
    """They are open, and nobody who can sign in answers for them."""
    return rows.filter(ORPHANED, user__state=State.ACTIVE)


def counted(rows: QuerySet[Service]) -> QuerySet[Service]:
    """With the number of keys that work, as `keys`."""
    working = ApiKey.objects.active(clock.now()).filter(owner=OuterRef("pk")).order_by().values("owner")
    return rows.annotate(keys=Coalesce(Subquery(working.annotate(n=Count("pk")).values("n")), 0))


def standing_of(service: Service) -> str:
    """ "active", "orphaned" or "disabled"; `service` comes with its user and who answers for it."""
    if service.user.state != State.ACTIVE:
        return "disabled"
    held = service.responsible is not None and service.responsible.state == State.ACTIVE
    return "active" if held else "orphaned"
