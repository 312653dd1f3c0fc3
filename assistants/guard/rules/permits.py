"""Who may see and change guard policies."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

_SEEING = frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.PRIVACY_OFFICER, Role.AUDITOR})
VIEW: Final = Permit("guard.view_policy", _("See guard policies"), roles=_SEEING)
CHANGE: Final = Permit(
    "guard.change_policy", _("Make and change guard policies"), roles=frozenset({Role.ADMINISTRATOR}), fresh=True
)
PERMITS: Final = (VIEW, CHANGE)
