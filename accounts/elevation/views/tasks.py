"""What waits for somebody: requests for a right, and reviews of emergencies. And the banner while a role is taken."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.rules import ROLE_NAMES, Role
from accounts.approvals.rules.inbox import Item
from accounts.elevation import queries
from accounts.elevation.models import BrokenGlass
from accounts.elevation.rules import REVIEW, WAITS, Glass
from accounts.people import queries as people
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.registries.alarms import Alarm
from panel.ui.cards import Task
from panel.ui.menu import Banner

SHOWN = 5
REVIEW_WITHIN = timedelta(days=3)


def waiting(actor: Actor, at: datetime) -> list[Task]:
    """Requests for a right and reviews that wait for this actor."""
    reviews = [
        Task(
            _("%(who)s took the role %(role)s in an emergency") % {"who": item.who, "role": item.where},
            _("Somebody else looks at what was done, and says so."),
            item.url,
            _("Review"),
            "shield-alert",
            10,
            "warn",
        )
        for item in review_items(actor, at)
    ]
    return reviews + [
        Task(
            _("%(person)s asks for a right: %(right)s") % {"person": item.who, "right": item.title},
            item.where,
            item.url,
            _("Answer"),
            "user-check",
            30,
        )
        for item in request_items(actor, at)[:SHOWN]
    ]


def request_items(actor: Actor, at: datetime) -> list[Item]:
    """Requests for a right, for the inbox."""
    found = queries.waiting_now(actor, at)
    names = people.names(one.person_id for one in found)
    places = queries.where_of(actor, found)
    return [
        Item(
            one.id, queries.title_of(one), places[one.object_id].title if one.object_id in places else "",
            names.get(one.person_id, people.GONE), one.asked_at, one.asked_at + WAITS,
            reverse("elevation:request", args=[one.id]),
        )
        for one in found
    ]  # fmt: skip


def request_count(actor: Actor, at: datetime) -> int:
    return len(queries.waiting_now(actor, at))


def review_items(actor: Actor, at: datetime) -> list[Item]:
    """Reviews of emergencies, for the inbox."""
    found = queries.reviews_for(actor, at)
    names = people.names(one.person_id for one in found)
    return [
        Item(
            one.id, _("Review of an emergency"), str(ROLE_NAMES[Role(one.role)]),
            names.get(one.person_id, people.GONE), one.started_at, one.ends_at + REVIEW_WITHIN,
            reverse("elevation:glass", args=[one.id]),
        )
        for one in found
    ]  # fmt: skip


def review_count(actor: Actor, at: datetime) -> int:
    return len(queries.reviews_for(actor, at))


def banner(actor: Actor) -> Banner | None:
    """On every page while somebody has a role by emergency; for those who review, until it is reviewed."""
    at = clock.now()
    found = queries.unreviewed() if actor.kind == "person" else []
    running = [one for one in found if queries.glass_state(one, at) == Glass.RUNNING]
    if running:
        return _running(actor, running[0])
    if found and access.can(actor, REVIEW):
        url = reverse("elevation:glass", args=[found[0].id])
        return Banner(_("An emergency waits for its review."), "", "redact", "shield-alert", _("Review"), url)
    return None


def _running(actor: Actor, row: BrokenGlass) -> Banner:
    words = {
        "who": people.name(row.person_id), "role": ROLE_NAMES[Role(row.role)],
        "time": date_format(localtime(row.ends_at), "H:i"),
    }  # fmt: skip
    may = row.person_id == actor.id or access.can(actor, REVIEW)
    url = reverse("elevation:glass", args=[row.id]) if may else ""
    title = _("Emergency: %(who)s has the role %(role)s until %(time)s.") % words
    return Banner(title, "", "block", "shield-alert", _("Look at it") if url else "", url)


def alarm() -> Alarm | None:
    """Raised when a role is taken, cleared by the review of the last one."""
    if not queries.unreviewed():
        return None
    sentence = _("Somebody took a role in an emergency. It waits for a review under “Emergencies”.")
    return Alarm("elevation.emergency", "critical", sentence)
