"""What backups register; panel.ops.hooks imports it."""

from django.utils.translation import gettext_lazy as _

from accounts.access.services import register_permits
from panel.journal import events
from panel.kernel.registries import alarms, backups, objects, privacy, settings, setup
from panel.kernel.registries.privacy import NotPersonal
from panel.kernel.registries.settings import Spec
from panel.ops.backups import queries, replays, rules
from panel.ui import cards, menu
from panel.ui.ways import tour

register_permits(*rules.PERMITS)

for name, title in (
    ("ops.backup.started", _("Backup asked for")),
    ("ops.backup.made", _("Backup made and verified")),
    ("ops.backup.failed", _("Backup failed")),
    ("ops.backup.removed", _("Old backup removed")),
    ("ops.backup.downloaded", _("Backup downloaded")),
    ("ops.backup.restored", _("Installation restored from a backup")),
    ("ops.backups.changed", _("Backup schedule changed")),
    ("ops.upgraded", _("Panel upgraded")),
):
    events.register(name, title)

settings.register(Spec(queries.HOUR, _("Hour of the backup, UTC"), 2, rules.whole(0, 23), variable="PANEL_BACKUP_HOUR"))
settings.register(Spec(queries.DAILY, _("Daily backups to keep"), 7, rules.whole(1, 90), variable="PANEL_BACKUP_DAILY"))
settings.register(
    Spec(queries.WEEKLY, _("Weekly backups to keep"), 4, rules.whole(0, 52), variable="PANEL_BACKUP_WEEKLY")
)

_WORD = NotPersonal("a fixed word of the program, or a name made of an instant")
privacy.declare(
    "ops.Backup",
    {
        "name": _WORD,
        "by_kind": _WORD,
        "version": _WORD,
        "problem": NotPersonal("why a backup failed: names of directories, tables and parts, no values"),
    },
)
privacy.store(
    "backups", NotPersonal("sealed copies of the declared tables and stores; destroyed keys are taken out of them")
)

backups.register_replay("key", replays.DestroyedKeys())
backups.register_after("jobs", replays.cancel_jobs)
backups.register_store(backups.Store("jobs", "jobs"))
backups.register_store(backups.Store("demo", ".", pattern="demo*"))
alarms.register("backups.late", queries.late_alarm)
alarms.register("backups.copy", queries.copy_alarm)

menu.register(menu.Item("admin", _("Backups"), "ops:backups", "archive", rules.SEE_BACKUPS, order=60))
cards.register(cards.Source("backups", permit=rules.SEE_BACKUPS, order=80, checks=queries.checks))
setup.register_chore(
    setup.Chore(
        "backup",
        _("Make the first backup"),
        _("It is sealed, read back, and made every day from then on."),
        "ops:backups",
        40,
        queries.is_made,
        rules.MAKE_BACKUP,
    )
)
objects.register(objects.Resolver("ops.backup", "Backup", queries.cards_of))
tour.register(
    tour.Stop(
        60,
        _("A copy that opens"),
        _("Encrypted and read back each night. The keys are never inside."),
        "ops:backups",
        permit=rules.SEE_BACKUPS,
    )
)
