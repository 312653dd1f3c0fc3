"""What the front page says of jobs: those that failed and wait for somebody, and whether the schedule is kept."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import queries as access
from panel.kernel.actors import Actor
from panel.ops.jobs import lists, queries, rules
from panel.ui.cards import Check, Task
from panel.ui.web import jobs as words

# Longer ago, somebody has seen it or nobody misses it.
FRESH = timedelta(days=7)
MOST = 3


def tasks(actor: Actor, at: datetime) -> list[Task]:
    """The actor's own failures, and everybody's for whom may repeat them."""
    seen = queries.visible_to(actor) if access.can(actor, rules.MANAGE_JOBS) else queries.own(actor)
    failed = seen.filter(state="failed", ended_at__gte=at - FRESH).defer("log", "checkpoint").order_by("-ended_at")
    return [
        Task(
            title=_("Failed: %(title)s") % {"title": words.title(job.name)},
            sentence=words.shown(job).sentence,
            url=reverse("ops:job", args=[job.id]),
            verb=_("Look at it"),
            icon="list-checks",
            urgency=40,
        )
        for job in failed[:MOST]
    ]


def checks(actor: Actor, at: datetime) -> list[Check]:
    if not access.can(actor, rules.SEE_JOBS):
        return []
    lines = queries.schedule(at)
    late = sum(line.late for line in lines)
    failed = sum(lists.outcome(line) == "failed" for line in lines)
    url = reverse("ops:schedule")
    if late:
        sentence = ngettext("%(n)s task is late", "%(n)s tasks are late", late) % {"n": late}
        return [Check(_("Schedule"), False, sentence, url=f"{url}?outcome=late")]
    if failed:
        sentence = ngettext("%(n)s task failed last time", "%(n)s tasks failed last time", failed) % {"n": failed}
        return [Check(_("Schedule"), False, sentence, url=f"{url}?outcome=failed")]
    return [Check(_("Schedule"), True, _("every task ran when it should"), url=url)]
