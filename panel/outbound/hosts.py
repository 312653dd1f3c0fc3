"""The allow-list as the egress guard takes it, and its rows. Who may change it is for the caller to say."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid
from panel.outbound.guard.destination import host_and_port
from panel.outbound.guard.errors import EgressError
from panel.outbound.models import AllowedHost


def allowed() -> frozenset[tuple[str, int]]:
    """Every (host, port) that may be private."""
    return frozenset(AllowedHost.objects.values_list("host", "port"))


def every() -> QuerySet[AllowedHost]:
    return AllowedHost.objects.all()


def add(*, host: str, reason: str, actor: Actor, at: datetime) -> AllowedHost:
    """`host` is "name:port". Raises Invalid, Conflict."""
    try:
        name, port = host_and_port(host.strip())
    except EgressError as error:
        raise Invalid(fields={"host": error.sentence}) from None
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why, for whoever reviews this list.")})
    row = AllowedHost(id=ids.new_id(at), host=name, port=port, reason=reason.strip()[:300], created_at=at)
    row.added_by_kind, row.added_by_id = actor.kind, actor.id
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("This host is on the list already.")) from error
    return row
