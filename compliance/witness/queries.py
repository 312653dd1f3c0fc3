"""Whose journals are witnessed, and under which name and key."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from compliance.witness.models import Cosigner, Log
from panel.journal.rules.cosignature import Verifier
from panel.kernel.installation import installation_id
from panel.kernel.registries.alarms import Alarm


def name() -> str:
    """This witness's name."""
    return f"clawpanel/witness/{installation_id()}"


def verifier() -> Verifier | None:
    """Its key as others take it; None before it first witnesses."""
    row = Cosigner.objects.order_by("id").first()
    return Verifier(name(), bytes(row.public)) if row else None


def logs() -> QuerySet[Log]:
    return Log.objects.all()


def log(log_id: UUID) -> Log | None:
    return Log.objects.filter(id=log_id).first()


def forked() -> Alarm | None:
    """A journal that was witnessed and does not continue what it said before."""
    row = Log.objects.filter(forked_at__isnull=False).order_by("-forked_at").first()
    if row is None:
        return None
    told = _("The journal %(name)s signed two versions of the same entries: it was written anew.")
    return Alarm("witness.fork", "critical", told % {"name": row.origin})
