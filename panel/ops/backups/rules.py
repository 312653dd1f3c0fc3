"""Who may do what with backups, and the rules of their schedule. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

SEE_BACKUPS = Permit("ops.see_backups", _("See backups"), frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.AUDITOR}))
MAKE_BACKUP = Permit("ops.make_backup", _("Make a backup"), frozenset({Role.ADMINISTRATOR, Role.OPERATOR}))
CHANGE_BACKUPS = Permit("ops.change_backups", _("Change when backups are made"), frozenset({Role.ADMINISTRATOR}))
DOWNLOAD_BACKUP = Permit(
    "ops.download_backup", _("Download a backup"), frozenset({Role.ADMINISTRATOR}), fresh=True, by_key=False
)
PERMITS = (SEE_BACKUPS, MAKE_BACKUP, CHANGE_BACKUPS, DOWNLOAD_BACKUP)

PERIOD = timedelta(days=1)
LATE_AFTER = 2 * PERIOD
RETRY_AFTER = timedelta(hours=1)


def due_since(at: datetime, hour: int) -> datetime:
    """The last moment, not after `at`, at which a backup should have begun (`hour` in UTC)."""
    today = at.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= at else today - PERIOD


def next_run(at: datetime, hour: int, last_start: datetime | None) -> datetime:
    """When the next scheduled backup begins: at once when the last hour has passed without one."""
    due = due_since(at, hour)
    return at if last_start is None or last_start < due else due + PERIOD


def is_late(at: datetime, last_success: datetime | None, since: datetime) -> bool:
    """Whether two periods have passed since the last success, or since the installation was made."""
    return at - (last_success or since) > LATE_AFTER


def whole(least: int, most: int) -> Callable[[str], int]:
    """A parser of whole numbers within bounds; ValueError carries the sentence for the form."""

    def parse(text: str) -> int:
        found = int(text) if text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 6 else -1
        if not least <= found <= most:
            raise ValueError(translated("A whole number from %(least)s to %(most)s.") % {"least": least, "most": most})
        return found

    return parse
