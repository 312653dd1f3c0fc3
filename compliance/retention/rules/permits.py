"""What there is to allow about retention. Pure."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

KEEPERS = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER})

VIEW = Permit(
    "retention.view", _("See how long things are kept, and the runs that delete them"), KEEPERS | {Role.AUDITOR}
)
MANAGE = Permit("retention.manage", _("Change how long things are kept, start and approve runs"), KEEPERS, fresh=True)
STOP = Permit(
    "retention.stop", _("Stop every job that deletes, and let them go on"), KEEPERS | {Role.OPERATOR}, fresh=True
)
PERMITS = (VIEW, MANAGE, STOP)
