"""What the front page asks of somebody about their keys."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.credentials import queries
from panel.kernel.actors import Actor
from panel.ui.cards import Task


def ending(actor: Actor, at: datetime) -> list[Task]:
    """A key that ends soon is rolled in time, or an application stops."""
    return [
        Task(
            title=_("%(name)s ends soon") % {"name": key.name},
            sentence=_("Roll the key, give the new one to the application; the old one works beside it for a day."),
            url=reverse("credentials:detail", args=[key.id]),
            verb=_("Open key"),
            icon="key-round",
            when=_("in %(days)s days") % {"days": (key.expires_at - at).days},
            when_detail=key.expires_at.isoformat(),
        )
        for key in queries.ending(actor, at)
    ]
