"""What the front page asks of somebody about their own security."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.signin import queries
from panel.kernel.actors import Actor
from panel.ui.cards import Task

FEW = 4


def few_codes(actor: Actor, at: datetime) -> list[Task]:  # noqa: ARG001 - codes do not age
    """Before the last recovery code is spent."""
    if actor.kind != "person" or actor.id is None:
        return []
    left = queries.codes_left(actor.id)
    if left >= FEW:
        return []
    sentence = _("They are the way in when your authenticator is lost. %(n)s are left.") % {"n": left}
    return [Task(_("Make new recovery codes"), sentence, reverse("signin:security"), _("Your security"), "life-buoy")]
