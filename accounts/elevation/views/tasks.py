"""What the front page says of requests."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.elevation import queries
from accounts.people import queries as people
from panel.kernel.actors import Actor
from panel.ui.cards import Task

SHOWN = 5


def waiting(actor: Actor, at: datetime) -> list[Task]:
    """Requests for a right that wait for this actor."""
    found = list(queries.waiting_for(actor, at).order_by("asked_at")[:SHOWN])
    if not found:
        return []
    names = people.names(one.person_id for one in found)
    return [
        Task(
            _("%(person)s asks for a right: %(right)s")
            % {"person": names.get(one.person_id, people.GONE), "right": queries.title_of(one)},
            one.reason,
            reverse("elevation:request", args=[one.id]),
            _("Answer"),
            "user-check",
            30,
        )
        for one in found
    ]
