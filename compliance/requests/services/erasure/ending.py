"""Ending an erasure of which all is gone, though a place could not be searched: an officer decides, and the certificate says so."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.requests.models import Request
from compliance.requests.queries import reading
from compliance.requests.rules import permits
from compliance.requests.rules.states import Act, State
from compliance.requests.services import moving, working, writing
from compliance.requests.services.erasure import certifying
from panel.kernel.actors import Actor


def accept(*, actor: Actor, request: Request, reason: str, at: datetime) -> Request:
    """End it as answered in part. Never while a store failed or a hold keeps something: keys may open then what is left.

    Raises Forbidden, Invalid, NotPossible. Again does nothing.
    """
    access.require(actor, permits.HANDLE)
    with moving.tried("accept", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        if row.state == State.ENDED:
            return row
        places = reading.not_searched(row)
        if row.state != State.PARTIAL or not places:
            raise moving.NotPossible(_("This cannot be ended: something is left, or nothing is."))
        writing.note(actor=actor, row=row, text=working.reason_of(reason), at=at)
        moving.move(row, Act.ACCEPT, actor=actor, at=at, detail={"not_searched": places})
        certifying.certify(row, at=at, accepted=places)
        return row
