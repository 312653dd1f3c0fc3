"""What two people approve about holds: a hold over the whole organisation, and a release."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.approvals.models import Approval
from accounts.approvals.rules.kinds import Kind, Shown
from compliance.holds import queries
from compliance.holds.models import Hold
from compliance.holds.rules import permits
from compliance.holds.services import placing, releasing


def _lines(hold: Hold) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = [(_("Reference"), hold.reference), (_("Matter"), hold.title)]
    return found + [(title, str(count)) for title, count in queries.counts(hold)]


def _place_words(effect: Mapping[str, Any]) -> Shown:
    hold = placing.of(effect["hold"])
    return Shown(
        _("Keep everything of the organisation for “%(name)s”") % {"name": hold.reference},
        _lines(hold),
        warning=_("Nothing at all is deleted while it lasts: no retention, no erasure of anybody."),
    )


def _release_words(effect: Mapping[str, Any]) -> Shown:
    hold = placing.of(effect["hold"])
    return Shown(
        _("Release the legal hold “%(name)s”") % {"name": hold.reference},
        _lines(hold),
        warning=_("A day later it keeps nothing any more, and deletions that waited for it are done."),
    )


def _current(effect: Mapping[str, Any]) -> dict[str, Any]:
    hold = placing.of(effect["hold"])
    return {"state": hold.state, "version": hold.revision}


def _place(approval: Approval, at: datetime) -> None:
    placing.activate(actor=approval.actor, hold=placing.of(approval.effect["hold"]), at=at)


def _release(approval: Approval, at: datetime) -> None:
    releasing.cool(approval=approval, at=at)


FACTS = {"state": gettext_lazy("State"), "version": gettext_lazy("Version")}
PLACE = Kind(
    placing.PLACE, gettext_lazy("Legal hold over the whole organisation"), ask=permits.PLACE, approve=permits.PLACE,
    describe=_place_words, current=_current, perform=_place, facts=FACTS,
)  # fmt: skip
RELEASE = Kind(
    releasing.RELEASE, gettext_lazy("Release of a legal hold"), ask=permits.RELEASE, approve=permits.RELEASE,
    describe=_release_words, current=_current, perform=_release, facts=FACTS,
)  # fmt: skip
