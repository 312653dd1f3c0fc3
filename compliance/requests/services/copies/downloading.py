"""Downloading a copy or a certificate: by whom it is for, who proved themselves just now, a few times."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.requests.models import Package, Proof, Request
from compliance.requests.queries import reading
from compliance.requests.rules import permits
from compliance.requests.services import moving
from compliance.requests.services.erasure import certifying
from compliance.subjects.rules import Visitor
from compliance.subjects.services import proving
from panel.journal import bundles
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Missing
from panel.kernel.work import results

RECENT = timedelta(minutes=30)


class ProveAgain(Conflict):
    """The link that opened these pages was used too long ago."""

    code = "request_prove_again"


def take(*, actor: Actor, visitor: Visitor, request: Request, at: datetime) -> tuple[Package, Iterator[bytes]]:
    """The copy's bytes; counts before the first byte leaves. Raises Missing, NeedsFreshFactor, ProveAgain."""
    require_recent(actor, visitor)
    with transaction.atomic():
        row = moving.locked(request.id)
        found = reading.package(row, at)
        if found is None or not reading.of_visitor(visitor).filter(id=row.id).exists():
            raise Missing(_("There is nothing to download any more."))
        package = Package.objects.select_for_update().get(id=found.id)
        if package.downloads >= package.most or package.job is None:
            raise Missing(_("This was downloaded as often as it may be."))
        package.downloads += 1
        package.save(update_fields=["downloads"])
        chunks = results.read(package.job)
        detail = {"number": package.downloads}
        moving.tell(row, "downloaded", actor=visitor.actor, at=at, detail=detail)
    return package, chunks


def require_recent(actor: Actor, visitor: Visitor) -> None:
    """Disclosure asks for a fresh proof: a factor of an account, or a link that was opened within half an hour."""
    if visitor.account:
        access.require(actor, permits.OWN)
    elif not proving.is_recent(visitor, RECENT):
        raise ProveAgain(_("Prove once more that it is you: ask for a new link, then download."))


def certificate(proof: Proof, at: datetime) -> bytes:
    """The signed bundle. Raises Missing."""
    if proof.certificate is None:
        raise Missing(_("There is no certificate yet."))
    return bundles.archive(bundles.unpack(bytes(proof.certificate)), at=at)


def by_token(token: str) -> Proof:
    """The proof whose last letter had this link. Raises Missing."""
    found = Proof.objects.filter(digest=certifying.hashed(token)).first()
    if found is None:
        raise Missing(_("There is no such certificate."))
    return found
