"""What consent registers: permits, events, menu, its ledger, privacy, objects, the kind of its receipts."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from compliance.consent import queries
from compliance.consent.rules import permits
from compliance.consent.rules.states import State
from compliance.consent.services import receipts, reporting, restricting
from compliance.reports.services import making as reports
from compliance.subjects import rules as subjects
from compliance.subjects.services import linking
from panel.journal import bundles, events
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import objects, privacy, processing
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.ui import menu

access.register_permits(*permits.PERMITS)
linking.register_regrouped(restricting.follow)
ledgers.append_only("consent_purposeversion", "consent_record")
bundles.register(receipts.KIND, _("Receipt of a consent"))
reports.register(reporting.KIND)
menu.register(menu.Item("comply", _("Consent"), "consent:list", "hand", permits.VIEW, order=30))

for name, title in (
    ("purpose.created", _("Purpose made")),
    ("purpose.rewritten", _("Words of a purpose changed")),
    ("purpose.settled", _("Settings of a purpose changed")),
    ("purpose.retired", _("Purpose retired")),
    ("purpose.overtaken", _("Privacy notice changed: consents became stale")),
    ("choice.given", _("Consent given")),
    ("choice.withdrawn", _("Consent withdrawn")),
    ("choice.refused", _("Act on a consent refused")),
    ("choice.stale", _("Consents became stale: words or notice changed")),
    ("processing.restricted", _("Processing about a person restricted")),
    ("processing.resumed", _("Restriction of processing lifted")),
):
    events.register(f"consent.{name}", title=title, retention="privacy")

_WORD = NotPersonal("a fixed word of the program")
_PUBLIC = NotPersonal("the organisation's own words, for everybody to read")
_HASHES = NotPersonal("hashes of public words")
_PROOF = Personal("subject_id", "choice", "to prove what was chosen, in which words", erase="keep", retention="consent")
privacy.declare("consent.Purpose", {"slug": _PUBLIC, "basis": _WORD, "use": _WORD})
privacy.declare("consent.PurposeVersion", {"texts": _PUBLIC, "digests": _HASHES, "by_kind": _WORD})
privacy.declare(
    "consent.Record",
    {
        "act": _PROOF,
        "channel": _PROOF,
        "language": _PROOF,
        "words": _PROOF,
        "notice_words": _PROOF,
        "by_kind": _WORD,
        "source": Personal("subject_id", "choice", "to find the document it was recorded from", retention="consent"),
    },
)
privacy.declare(
    "consent.Standing",
    {"state": Personal("subject_id", "choice", "to follow what was chosen", erase="row", retention="consent")},
)


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    return {one.id: objects.Card(one.slug, reverse("consent:detail", args=[one.id]), one.slug) for one in found}


def _choices(actor: Actor) -> list[tuple[UUID, str]]:
    return list(queries.visible_to(actor).active().order_by("slug").values_list("id", "slug"))


objects.register(objects.Resolver("purpose", "Purpose", _cards, _choices))


def _fact(visitor: subjects.Visitor, at: datetime) -> str:
    found = [one for one in queries.choices(visitor.subject, at, ["en"]) if one.asked]
    given = sum(one.state is State.GIVEN for one in found)
    return gettext("%(given)s of %(asked)s given") % {"given": given, "asked": len(found)}


subjects.register_section(
    subjects.Section(
        "choices",
        _("Your choices"),
        _("What you agreed to, and a way back from each."),
        "consent:choices",
        order=10,
        fact=_fact,
    )
)
processing.register_activities(queries.activities)
