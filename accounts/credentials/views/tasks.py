"""What the front page asks of somebody about their keys."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import queries as access
from accounts.credentials.queries import keys as queries
from accounts.credentials.queries import programs
from accounts.credentials.rules.permits import KEEP_SERVICES
from panel.kernel.actors import Actor
from panel.ui.cards import Task


def waiting(actor: Actor, at: datetime) -> list[Task]:
    return [*_orphaned(actor), *_ending(actor, at)]


def _orphaned(actor: Actor) -> list[Task]:
    """Who keeps service accounts finds a person for those that nobody answers for."""
    if not access.can(actor, KEEP_SERVICES):
        return []
    count = programs.orphaned(programs.visible_to(actor)).count()
    if not count:
        return []
    title = ngettext(
        "Nobody answers for %(n)s service account", "Nobody answers for %(n)s service accounts", count
    ) % {"n": count}  # fmt: skip
    return [
        Task(
            title=title,
            sentence=_("The person who did has left. Its keys still work: hand it over, or close it."),
            url=reverse("credentials:services") + "?state=orphaned",
            verb=_("Look"),
            icon="bot",
        )
    ]


def _ending(actor: Actor, at: datetime) -> list[Task]:
    """A key that ends soon is rotated in time, or an application stops."""
    return [
        Task(
            title=_("%(name)s ends soon") % {"name": key.name},
            sentence=_("Rotate the key and give the application the new secret; the old one works beside it."),
            url=reverse("credentials:detail", args=[key.id]),
            verb=_("Open key"),
            icon="key-round",
            when=_("in %(days)s days") % {"days": (key.expires_at - at).days},
            when_detail=key.expires_at.isoformat(),
        )
        for key in queries.ending(actor, at)
    ]
