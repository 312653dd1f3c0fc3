"""What the front page says of approvals."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.approvals.views import lists
from panel.kernel.actors import Actor
from panel.ui.cards import Task

SHOWN = 5
SOON = timedelta(days=1)


def waiting(actor: Actor, at: datetime) -> list[Task]:
    """Approvals that wait for this person, those that end first."""
    return [
        Task(
            _("%(who)s asks for approval: %(what)s") % {"who": item.who, "what": item.title},
            item.where,
            item.url,
            _("Read and decide"),
            "user-check",
            25,
            "warn" if item.ends_at - at < SOON else "",
        )
        for item in lists.waiting(actor, at)[:SHOWN]
    ]
