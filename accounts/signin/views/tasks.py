"""What the front page asks of somebody about their own security."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.signin import queries
from panel.kernel.actors import Actor
from panel.ui.cards import Task

FEW = 4


def tasks(actor: Actor, at: datetime) -> list[Task]:
    if actor.kind != "person" or actor.id is None:
        return []
    return [*_asked(actor.id, at), *_few_codes(actor.id)]


def _asked(user_id: UUID, at: datetime) -> list[Task]:
    """While the grace period of a role runs."""
    day = queries.passkey_day(user_id, at)
    if day is None or queries.has_passkey(user_id):
        return []
    sentence = _("Your role needs one from %(day)s on. Without it nothing else will open then.") % {
        "day": date_format(day, "DATE_FORMAT")
    }
    return [Task(_("Add a passkey"), sentence, reverse("signin:passkeys"), _("Add"), "fingerprint-pattern", 10, "warn")]


def _few_codes(user_id: UUID) -> list[Task]:
    """Before the last recovery code is spent."""
    left = queries.codes_left(user_id)
    if left >= FEW:
        return []
    sentence = _("They are the way in when your authenticator is lost. %(n)s are left.") % {"n": left}
    return [Task(_("Make new recovery codes"), sentence, reverse("signin:security"), _("Your security"), "life-buoy")]
