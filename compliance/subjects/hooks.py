"""What the subjects slice registers, and what it says of its data."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import queries as access_queries
from accounts.access import services as access
from accounts.approvals.rules import kinds
from compliance.subjects import queries, rules
from compliance.subjects.services import grouping
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.registries import objects, privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.outbound.mail import letters
from panel.ui import menu

_WORD = NotPersonal("a fixed word of the program")
_HASH = NotPersonal("a hash of random bytes")
access.register_permits(*rules.PERMITS)
for kind in grouping.KINDS:
    kinds.register(kind)

for name, title in (
    ("identities.linked", _("Data subjects became one person")),
    ("identities.split", _("Data subject split off")),
    ("identifier.revealed", _("Names of a data subject read")),
    ("end_user.vouched", _("Application vouched for an end user")),
    ("session.opened", _("Data subject opened their pages")),
):
    events.register(f"subjects.{name}", title, retention="privacy")

privacy.declare(
    "subjects.SubjectIdentifier",
    {
        "kind": _WORD,
        "index": Personal("subject_id", "identity", "to find a subject's records", export="omit", erase="row"),
        "value": Personal("subject_id", "identity", "to know whom records are about when that person asks"),
    },
)
privacy.declare(
    "subjects.Erased",
    {
        "kind": _WORD,
        "index": Personal(
            "self", "identity", "to keep an erased person from coming back", "omit", erase="period", retention="week"
        ),
    },
)
privacy.declare(
    "subjects.ProofLink",
    {
        "digest": _HASH,
        "kind": _WORD,
        "value": Personal(
            "self", "contact", "to know what an unused link proves", export="omit", erase="period", retention="day"
        ),
    },
)
privacy.declare("subjects.SubjectSession", {"digest": _HASH})
privacy.declare(
    "subjects.Tally",
    {"scope": _WORD, "who": NotPersonal("a keyed hash that is removed after a day")},
)


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    if not access_queries.can(actor, rules.SEE):
        return {}
    return {one: objects.Card(queries.pseudonym(one), reverse("subjects:subject", args=[one])) for one in ids}


objects.register(objects.Resolver("subject", "Data subject", _cards))
menu.register(menu.Item("comply", _("Data subjects"), "subjects:subjects", "users", rules.SEE, order=20))
letters.register(
    letters.Letter(
        "privacy_link",
        _("Link to one's privacy pages"),
        {"link": "https://panel.example/privacy/link/…/", "minutes": 30},
    )
)
