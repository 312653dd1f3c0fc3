"""Who may see how the installation is."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

SEE_HEALTH = Permit(
    "panel.see_health",
    _("See whether the installation is well"),
    frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.AUDITOR, Role.PRIVACY_OFFICER}),
)
PERMITS = (SEE_HEALTH,)
