from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access.rules import SIGNED_IN
from accounts.access.services import register_permits
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.registries import objects
from panel.ops.backups import wiring  # noqa: F401 - it registers
from panel.ops.jobs import cards as job_cards
from panel.ops.jobs import queries, rules
from panel.ops.outbound import plugs as outbound
from panel.ops.services import emergency
from panel.ui import cards, menu
from panel.ui.menu import Banner
from panel.ui.web import jobs as words

events.register("ops.gateway.stopped", _("All answering was stopped from the console"))
events.register("ops.gateway.resumed", _("Answering was allowed again from the console"))


def _stopped(_actor: Actor) -> Banner | None:
    if not emergency.is_on(Path(settings.DATA_DIR)):
        return None
    text = _("No assistant answers. `manage.py stop --lift` on the server ends it.")
    return Banner(_("Emergency stop is on."), text)


menu.register_banner(_stopped)

register_permits(*rules.PERMITS)
events.register("ops.job.cancelled", _("Job cancelled"), retention="operation")
events.register("ops.job.retried", _("Job repeated"), retention="operation")
events.register("ops.job.downloaded", _("Result of a job downloaded"))
events.register("ops.schedule.run", _("Scheduled task run by hand"), retention="operation")
cards.register(cards.Source("jobs", order=80, tasks=job_cards.tasks, checks=job_cards.checks))
menu.register(menu.Item("overview", _("Jobs"), "ops:jobs", "list-checks", SIGNED_IN, order=40))


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids)).only("id", "name")
    return {job.id: objects.Card(words.title(job.name), reverse("ops:job", args=[job.id])) for job in found}


objects.register(objects.Resolver("job", "Job", _cards))
outbound.register()
