"""Alarms on their way out: each is told once when it begins and once when it ends, by mail and by webhook."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from panel.journal import services as journal
from panel.kernel.actors import SYSTEM
from panel.kernel.db import epochs
from panel.kernel.registries import alarms
from panel.kernel.registries.alarms import Alarm
from panel.outbound import services
from panel.outbound.mail import directory
from panel.outbound.models import AlarmState

SEVERITIES = {"note": _("Note"), "warning": _("Warning"), "critical": _("Critical")}


@transaction.atomic
def watch(at: datetime) -> tuple[int, int]:
    """Compare what holds with what was told; (raised, cleared). Two at once wait for each other."""
    epochs.lock("outbound-alarms")
    found, known = {one.key: one for one in alarms.current()}, {one.key: one for one in AlarmState.objects.all()}
    raised = [one for key, one in found.items() if key not in known]
    cleared = [one for key, one in known.items() if key not in found]
    for alarm in raised:
        AlarmState.objects.create(key=alarm.key[:80], severity=alarm.severity, since=at)
        _record("outbound.alarm.raised", alarm.key, alarm.severity, at)
        _write(alarm, at)
    for gone in cleared:
        _record("outbound.alarm.cleared", gone.key, gone.severity, at)
        gone.delete()
    return len(raised), len(cleared)


def _record(event: str, key: str, severity: str, at: datetime) -> None:
    journal.record(event, actor=SYSTEM, detail={"alarm": key, "severity": severity}, at=at)


def _write(alarm: Alarm, at: datetime) -> None:
    if alarm.severity == "note":
        return
    context = {
        "key": alarm.key, "sentence": alarm.sentence, "severity": SEVERITIES[alarm.severity],
        "link": f"{settings.BASE_URL}/",
    }  # fmt: skip
    for person in directory.wardens():
        services.send_mail(actor=SYSTEM, template="alarm", to=person, context=context, at=at)
