"""The erasure as something that needs four eyes."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.approvals.rules.kinds import Kind, Shown
from compliance.requests.queries import reading
from compliance.requests.rules import permits
from compliance.requests.rules.kinds import STAFF_NAMES
from compliance.requests.rules.kinds import Kind as Wish
from compliance.requests.rules.stores import PLACE_NAMES
from compliance.requests.services.erasure import approving
from compliance.requests.services.reader import places


def describe(effect: Mapping[str, Any]) -> Shown:
    row = reading.get(UUID(effect["request"]))
    if row is None:
        return Shown(_("Erase a person’s data"))
    name = f"{STAFF_NAMES[Wish(row.kind)]} {row.code}"
    items, held = int(effect["items"]), int(effect["held"])
    lines = [
        (_("Request"), name),
        (_("Destroyed"), ngettext("%(n)s item", "%(n)s items", items) % {"n": items}),
        (_("Kept by a hold for now"), ngettext("%(n)s item", "%(n)s items", held) % {"n": held}),
    ]
    if exempt := int(effect.get("exempt", 0)):
        lines.append((_("Exempt, and kept"), ngettext("%(n)s item", "%(n)s items", exempt) % {"n": exempt}))
    lines.append((_("Preview"), effect["preview"]))
    if blind := places.blind():
        lines.append((_("Out of reach of the search"), ", ".join(str(PLACE_NAMES[one]) for one in blind)))
    warning = _("The data is destroyed with its keys. This cannot be undone, not from a backup either.")
    return Shown(_("Erase a person’s data"), lines, warning, f"/requests/{row.id}/")


def about(effect: Mapping[str, Any]) -> Iterable[UUID]:
    """The person themselves never approves it."""
    row = reading.get(UUID(effect["request"]))
    return reading.person(row.subject_id).users if row is not None and row.subject_id else ()


ERASE = Kind(
    approving.KIND, gettext_lazy("Erase a person’s data"), ask=permits.HANDLE, approve=permits.ERASE, describe=describe,
    current=approving.current, perform=approving.begin, about=about,
    facts={"preview": gettext_lazy("What is held"), "waits": gettext_lazy("The request waits")},
)  # fmt: skip
