"""What goes with a copy (GDPR Art. 15(1) and (2))."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from compliance.requests.models import Request
from compliance.requests.queries import clocks
from compliance.requests.rules.stores import Person, Store, recipients
from panel.kernel.installation import organisation


def article_15(
    row: Request, person: Person, stores: Iterable[Store], counts: Mapping[str, int], at: datetime
) -> dict[str, Any]:
    """The answers that the law asks for beside the copy, from what the panel really did."""
    with translation.override(row.language or None):
        return {
            "request": row.code, "made_at": at.isoformat(),
            "controller": organisation() or "–",
            "law": ["GDPR Art. 15", "GDPR Art. 20"],
            "subjects": [str(one) for one in person.subjects],
            "stores": [
                {
                    "store": one.name, "title": str(one.title), "category": one.category, "purpose": str(one.purpose),
                    "kept": str(one.retention), "items": counts.get(one.name, 0),
                }
                for one in stores
            ],
            "recipients": [
                {
                    "name": one.name, "where": one.where, "what": one.what, "first": one.first.isoformat(),
                    "last": one.last.isoformat(), "times": one.times,
                }
                for one in recipients(person)
            ],
            "left_out": left_out(person),
            "source": _("You, by using the assistants and these pages; what is not from you says so."),
            "automated_decisions": _("The panel decides nothing about you that has legal or similar effects (Art. 22)."),
            "transfers": _("Where a recipient is outside of your country, the place is named with it."),
            "rights": [
                _("Ask us to correct or delete data, to restrict its use, and object to it."),
                _("Take back a consent; what was done before stays lawful."),
                _("Complain: %(where)s") % {"where": clocks.complaint() or _("at your data protection authority")},
            ],
        }  # fmt: skip


def left_out(person: Person) -> list[dict[str, Any]]:
    """By store how many items are exempt, and on which grounds."""
    return [
        {"store": name, "items": len(items), "grounds": sorted(set(items.values()))}
        for name, items in sorted(person.exempt.items())
    ]
