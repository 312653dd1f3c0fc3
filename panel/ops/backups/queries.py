"""Questions about backups: for the page, the dashboard, the alarm and the schedule."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.kernel.models import Installation, Job
from panel.kernel.registries import settings
from panel.kernel.registries.alarms import Alarm
from panel.kernel.registries.objects import Card
from panel.ops.backups import places, rules
from panel.ops.models import Backup
from panel.ui.cards import Check

MINUTE = timedelta(minutes=1)
HOUR, DAILY, WEEKLY = "backups.hour", "backups.daily", "backups.weekly"
State = Backup.State


@dataclass(frozen=True)
class Standing:
    """How the installation's backups are. `last` is the newest that was made and verified."""

    last: Backup | None
    current: Backup | None
    failed: Backup | None
    next_at: datetime
    late: bool
    directory: Path
    copy_directory: Path | None


def every() -> QuerySet[Backup]:
    """For the list; the caller orders and pages."""
    return Backup.objects.all()


def one(backup: UUID) -> Backup:
    """Raises Missing."""
    found = Backup.objects.filter(id=backup).first()
    if found is None:
        raise Missing(_("There is no such backup."))
    return found


def last_success() -> Backup | None:
    return Backup.objects.filter(state=State.DONE).order_by("-started_at").first()


def current() -> Backup | None:
    """The one that waits or is being made."""
    return Backup.objects.filter(state__in=[State.WAITING, State.RUNNING]).order_by("-started_at").first()


def standing(at: datetime) -> Standing:
    last = last_success()
    newer = Backup.objects.filter(state=State.FAILED).order_by("-started_at").first()
    return Standing(
        last=last,
        current=current(),
        failed=newer if newer and (last is None or newer.started_at > last.started_at) else None,
        next_at=rules.next_run(at, hour(), last_start()),
        late=is_late(at, last),
        directory=places.directory(),
        copy_directory=places.copy_directory(),
    )


def hour() -> int:
    """0 to 23, UTC."""
    return int(settings.value(HOUR))


def last_start() -> datetime | None:
    """When a backup last began that did not fail, or failed within the hour: a failure is tried again, not at once."""
    found = Backup.objects.exclude(reason=Backup.Reason.FOUND).order_by("-started_at").first()
    if found is None or found.state != State.FAILED or clock.now() - found.started_at < rules.RETRY_AFTER:
        return found.started_at if found else None
    good = Backup.objects.filter(state__in=[State.DONE, State.REMOVED]).order_by("-started_at").first()
    return good.started_at if good else None


def is_late(at: datetime, last: Backup | None) -> bool:
    """`last` is the newest good one."""
    if last:
        return rules.is_late(at, last.started_at, last.started_at)
    return rules.is_late(at, None, Installation.objects.values_list("created_at", flat=True).first() or at)


def late_alarm() -> Alarm | None:
    """No verified backup for two periods."""
    last = last_success()
    if not is_late(clock.now(), last):
        return None
    failed = Backup.objects.filter(state=State.FAILED).order_by("-started_at").first()
    why = f" {failed.problem}" if failed and (last is None or failed.started_at > last.started_at) else ""
    return Alarm("backups.late", "critical", _("There is no backup of the last two days.") + why)


def copy_alarm() -> Alarm | None:
    """The newest backup has no copy although a second directory is named."""
    last = last_success() if places.copy_directory() else None
    if last is None or last.copied_at or not last.problem:
        return None
    return Alarm("backups.copy", "warning", last.problem)


def job_of(backup: Backup) -> Job | None:
    """The run that makes it."""
    return Job.objects.filter(about_kind="ops.backup", about_id=backup.id).order_by("-id").first()


def is_made(_actor: Actor, _at: datetime) -> bool:
    """For the checklist: whether there ever was a good one."""
    return Backup.objects.filter(state__in=[State.DONE, State.REMOVED]).exists()


def checks(_actor: Actor, at: datetime) -> list[Check]:
    """For the front page."""
    last = last_success()
    late = is_late(at, last)
    said = _("%(size)s, read back") % {"size": filesizeformat(last.bytes)} if last else _("none yet")
    return [Check(_("Backup"), not late, said, naturaltime(at, last), reverse("ops:backups"))]


def naturaltime(at: datetime, last: Backup | None) -> str:
    if last is None:
        return ""
    return (
        _("%(time)s ago") % {"time": timesince(last.started_at, at, depth=1)}
        if last.started_at < at - MINUTE
        else _("just now")
    )


def cards_of(_actor: Actor, ids: Iterable[UUID]) -> dict[UUID, Card]:
    """Backups have one page for all of them; it asks for the right itself."""
    rows = Backup.objects.filter(id__in=list(ids)).values_list("id", "name")
    return {one: Card(name or _("Backup"), reverse("ops:backups")) for one, name in rows}
