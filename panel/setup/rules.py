"""Who walks through the first steps."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

FIRST_STEPS = Permit("panel.first_steps", _("Walk through the first steps"), frozenset({Role.ADMINISTRATOR}))
PERMITS = (FIRST_STEPS,)
