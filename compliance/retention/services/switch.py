"""One switch for every job that deletes: retention, erasures, whatever asks `deletion.require_running`."""

from datetime import datetime

from django.db import transaction

from accounts.access import services as access
from compliance.retention.rules import permits
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.models import Setting
from panel.kernel.registries import deletion


def stop(*, actor: Actor, at: datetime) -> None:
    """From now on no such job takes another step. Again is no change. Raises Forbidden."""
    access.require(actor, permits.STOP)
    _turn(actor, at, stopped=True)


def let_go(*, actor: Actor, at: datetime) -> None:
    """Let them go on. Again is no change. Raises Forbidden."""
    access.require(actor, permits.STOP)
    _turn(actor, at, stopped=False)


def _turn(actor: Actor, at: datetime, *, stopped: bool) -> None:
    with transaction.atomic():
        if deletion.is_stopped() == stopped:
            return
        Setting.objects.update_or_create(name=deletion.SWITCH, defaults={"value": stopped, "changed_at": at})
        event = "retention.switch.stopped" if stopped else "retention.switch.let_go"
        journal.record(event, actor=actor, at=at)
