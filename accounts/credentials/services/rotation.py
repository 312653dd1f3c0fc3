"""A new secret under the same public id; the old one works beside it until a chosen moment."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.credentials.engine import tokens
from accounts.credentials.models import ApiKey
from accounts.credentials.queries import keys as queries
from accounts.credentials.rules.life import LONGEST_OVERLAP, OVERLAP, State, ends_of
from accounts.credentials.rules.permits import ISSUE
from accounts.credentials.services.keys import Issued, NotActive, may_end, require
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Forbidden, Invalid


@transaction.atomic
def rotate(*, actor: Actor, key: ApiKey, at: datetime, old_until: datetime | None = None) -> Issued:
    """Draw a new secret and begin a new life of the same length. The old secret works until `old_until` (24 hours unless
    said otherwise, 7 days at most, at once when it is `at`).

    Only for its owner: whoever holds a management key acts as its owner. While an old secret still works there is no
    other rotation, so that two at once never take a secret away that somebody was just given.
    Raises Forbidden, NeedsFreshFactor, NotActive, Invalid.
    """
    require(actor, key.kind, key.scopes)
    row = ApiKey.objects.select_for_update(of=("self",)).get(id=key.id)
    if not queries.may_use(actor, row):
        raise Forbidden(_("Only its owner rotates a key. You can revoke it."), permit=ISSUE.name)
    if row.state(at) is not State.ACTIVE:
        raise NotActive(_("This key does not work any more. Make another one."))
    if row.overlaps(at):
        raise NotActive(_("The secret before this one still works. End it first, then rotate again."))
    until = at + OVERLAP if old_until is None else old_until
    if not at <= until <= at + LONGEST_OVERLAP:
        raise Invalid(fields={"old_until": _("The old secret works for seven days at most.")})
    token = tokens.renewed(str(row.kind), row.key_id)
    row.previous_digest, row.previous_until = bytes(row.digest), min(until, row.expires_at)
    row.expires_at = queries.policy().bounded(ends_of(row.expires_at, row.began_at, at), at)
    row.digest, row.rotated_at = tokens.digest(queries.pepper(), token), at
    row.epoch = epochs.bump()
    row.save()
    detail = {"key_id": row.key_id, "old_until": row.previous_until.isoformat()}
    journal.record("credentials.key.rotated", actor=actor, obj=row, detail=detail, at=at)
    return Issued(row, token)


def end_previous(*, actor: Actor, key: ApiKey, at: datetime) -> list[str]:
    """End the old secret of a rotated key before its time; returns as `keys.revoke` does. Raises Forbidden."""
    number = _end_previous(actor, key, at)
    return epochs.wait(number) if number else []


@transaction.atomic
def _end_previous(actor: Actor, key: ApiKey, at: datetime) -> int:
    row = may_end(actor, key)
    if not row.overlaps(at):
        return 0
    row.previous_until, row.epoch = at, epochs.bump()
    row.save(update_fields=["previous_until", "epoch"])
    key.previous_until = at
    journal.record("credentials.key.old_secret_ended", actor=actor, obj=row, detail={"key_id": row.key_id}, at=at)
    return row.epoch
