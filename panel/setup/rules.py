"""Who walks through the first steps."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

FIRST_STEPS = Permit("panel.first_steps", _("Walk through the first steps"), frozenset({Role.ADMINISTRATOR}))
KEEP_KEYS = Permit(
    "panel.keep_keys", _("Confirm that the key-encryption keys are stored"), frozenset({Role.ADMINISTRATOR})
)
PERMITS = (FIRST_STEPS, KEEP_KEYS)

# Settings of the first run: how far it went, and what was confirmed.
REACHED, ENDED = "setup.reached", "ended"
CHECKLIST, PUT_AWAY = "setup.checklist", "put away"
KEYS_KEPT = "setup.keys_kept"
