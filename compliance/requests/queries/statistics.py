"""How many requests there are, how late, how long they took."""

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from accounts.access import queries as access
from compliance.requests.models import Request
from compliance.requests.queries import clocks
from compliance.requests.rules import permits
from compliance.requests.rules.kinds import STAFF_NAMES, Kind
from compliance.requests.rules.states import OPEN, State
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.registries.alarms import Alarm


@dataclass(frozen=True)
class Numbers:
    """`days` is the median of whole days from receipt to answer, None while nothing was answered. `by_kind`: (kind, title, all,
    open)."""

    open: int
    late: int
    unassigned: int
    answered: int
    in_time: int
    days: int | None
    by_kind: list[tuple[str, str, int, int]]


def numbers(rows: QuerySet[Request], at: datetime) -> Numbers:
    today = clocks.local(at)
    still = rows.filter(state__in=OPEN)
    closed = rows.filter(state__in=[State.FULFILLED, State.ENDED, State.DENIED])
    took = [
        ((ended - got).days, clocks.local(ended) <= due)
        for got, ended, due in closed.values_list("received_at", "closed_at", "due_on")
        if ended
    ]
    per_kind = dict(rows.order_by().values_list("kind").annotate(n=Count("id")))
    open_kind = dict(still.order_by().values_list("kind").annotate(n=Count("id")))
    return Numbers(
        open=still.count(),
        late=still.filter(due_on__lt=today).count(),
        unassigned=still.filter(assignee__isnull=True).count(),
        answered=len(took),
        in_time=sum(good for _days, good in took),
        days=int(median(days for days, _good in took)) if took else None,
        by_kind=[(one.value, str(STAFF_NAMES[one]), per_kind.get(one, 0), open_kind.get(one, 0)) for one in Kind],
    )


def late_alarm() -> Alarm | None:
    """Answers that the law wanted earlier."""
    today = clocks.local(clock.now())
    count = Request.objects.filter(state__in=OPEN, due_on__lt=today).count()
    if not count:
        return None
    words = _("%(n)s data-subject requests are late. Answer them, or tell the people why not.")
    return Alarm("requests.late", "critical", words % {"n": count})


SHOWN = 100
"""As far as the menu counts."""


def waiting(actor: Actor) -> int | None:
    """For the menu: what waits for an officer."""
    if not access.can(actor, permits.SEE):
        return None
    open_ones = Request.objects.filter(state__in=[State.VERIFIED, State.WORKING, State.PARTIAL, State.RECEIVED])
    return len(open_ones.order_by().values_list("pk", flat=True)[:SHOWN])
