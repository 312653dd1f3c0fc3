"""Links into a chat: made by the owner, shown once, open to whoever holds them until they end."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import services as access
from assistants.catalog.models import Assistant
from assistants.chat.models import Invitation, Session
from assistants.chat.queries.visits import hashed
from assistants.chat.rules import permits
from assistants.chat.rules.chats import INVITATION_DAYS
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid, Missing


class LinkGone(Missing):
    code = "chat_link_gone"


@transaction.atomic
def invite(
    *, actor: Actor, assistant: Assistant, label: str, days: int, at: datetime, most: int | None = None
) -> tuple[Invitation, str]:
    """The invitation and its link, which is not stored and shown once. Raises Forbidden, Invalid."""
    access.require(actor, permits.INVITE, assistant)
    label = " ".join(label.split())
    wrong = {}
    if not 1 <= len(label) <= 80:
        wrong["label"] = _("Say in 1 to 80 characters who it is for.")
    if days not in INVITATION_DAYS:
        wrong["days"] = _("Choose one of the periods.")
    if most is not None and not 1 <= most <= 10_000:
        wrong["most"] = _("From 1 to 10,000 browsers, or empty.")
    if wrong:
        raise Invalid(fields=wrong)
    token, now = secrets.token_urlsafe(32), timezone.now()
    row = Invitation(id=ids.new_id(at), assistant=assistant, digest=hashed(token), key_id=assistant.key_id, most=most)
    row.label, row.by_id, row.made_at, row.expires_at = label, actor.id, now, now + timedelta(days=days)
    row.save(force_insert=True)
    detail = {"invitation": str(row.id), "days": days, "most": most or 0}
    journal.record("chat.invitation.made", actor=actor, obj=assistant, detail=detail, at=at)
    return row, f"{settings.BASE_URL}/chat-invitation/{token}/"


@transaction.atomic
def end(*, actor: Actor, invitation: Invitation, at: datetime) -> None:
    """The link opens nothing any more, and who came by it is out. Again is a no-op. Raises Forbidden."""
    access.require(actor, permits.INVITE, invitation.assistant)
    now = timezone.now()
    if not Invitation.objects.filter(id=invitation.id, ended_at__isnull=True).update(ended_at=now):
        return
    gone = Session.objects.filter(invitation=invitation, ended_at__isnull=True).update(ended_at=now)
    detail = {"invitation": str(invitation.id), "sessions": gone}
    journal.record("chat.invitation.ended", actor=actor, obj=invitation.assistant, detail=detail, at=at)


def look(*, token: str, now: datetime) -> Invitation:
    """The open invitation of a link; looking uses nothing up. Raises LinkGone, alike for every reason."""
    rows = Invitation.objects.select_related("assistant").filter(
        digest=hashed(token), ended_at__isnull=True, expires_at__gt=now
    )
    found = rows.first()
    if found is None or (found.most is not None and found.used >= found.most):
        raise LinkGone(_("This link has ended, was used up, or was cut off. Ask who sent it for a new one."))
    return found


def use(*, invitation: Invitation) -> None:
    """Count one browser, inside the caller's transaction. Raises LinkGone: of two at once for the last place, one."""
    rows = Invitation.objects.filter(id=invitation.id, ended_at__isnull=True)
    free = rows.filter(most__isnull=True) | rows.filter(used__lt=F("most"))
    if not free.update(used=F("used") + 1):
        raise LinkGone(_("This link was used up a moment ago. Ask who sent it for a new one."))
