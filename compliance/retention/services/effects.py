"""What two people approve about retention: a run, and a shorter period."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.approvals.models import Approval
from accounts.approvals.rules.kinds import Kind, Shown
from compliance.retention import queries
from compliance.retention.models import Rule, Run
from compliance.retention.rules import permits
from compliance.retention.rules.classes import spelled
from compliance.retention.services import planning, ruling

WHY = {
    "first": gettext_lazy("first run of this class"),
    "large": gettext_lazy("more than half of this class"),
}


def _run(effect: Mapping[str, Any]) -> Run:
    return Run.objects.get(id=effect["run"])


def _run_words(effect: Mapping[str, Any]) -> Shown:
    run, titles = _run(effect), queries.titles()
    lines: list[tuple[Any, Any]] = [
        (f"{one['rule']} · {titles.get(one['store'], one['store'])}", f"{one['due']} / {one['held']}")
        for one in run.preview
        if one["due"] or one["held"]
    ]
    due = planning.total(run, "due")
    reasons = sorted({f"{one['rule']}: {WHY[one['why']]}" for one in run.needs})
    return Shown(
        ngettext("Delete %(n)s record whose time is over", "Delete %(n)s records whose time is over", due) % {"n": due},
        [(_("Class"), _("go / held")), *lines, (_("Why two people"), ", ".join(reasons))],
        warning=_("It begins a day after the approval and cannot be undone."),
    )


def _shorten_words(effect: Mapping[str, Any]) -> Shown:
    rule = Rule.objects.get(name=effect["rule"])
    return Shown(
        ngettext("Keep “%(name)s” for %(n)s day only", "Keep “%(name)s” for %(n)s days only", effect["days"])
        % {"name": rule.name, "n": effect["days"]},
        [
            (_("Until now"), spelled(rule.days)),
            (_("Records"), queries.category_titles()[rule.category]),
        ],
        warning=_("It counts a day after the approval. What is older then is deleted with the next run."),
    )


def _perform_run(approval: Approval, at: datetime) -> None:
    planning.approve(actor=approval.actor, run=_run(approval.effect), at=at)


def _perform_shorten(approval: Approval, at: datetime) -> None:
    effect = approval.effect
    ruling.shorten(actor=approval.actor, name=effect["rule"], days=effect["days"], at=at)


RUN = Kind(
    planning.APPROVE,
    gettext_lazy("Retention run"),
    ask=permits.MANAGE,
    approve=permits.MANAGE,
    describe=_run_words,
    current=lambda effect: {"preview": queries.digest(_run(effect)), "state": _run(effect).state},
    perform=_perform_run,
    facts={"preview": gettext_lazy("The preview"), "state": gettext_lazy("State")},
)
SHORTEN = Kind(
    ruling.SHORTEN,
    gettext_lazy("Shorter retention"),
    ask=permits.MANAGE,
    approve=permits.MANAGE,
    describe=_shorten_words,
    current=lambda effect: {"revision": Rule.objects.get(name=effect["rule"]).revision},
    perform=_perform_shorten,
    facts={"revision": gettext_lazy("The class")},
)
