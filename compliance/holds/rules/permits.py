"""What there is to allow about legal holds. Pure."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

KEEPERS = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER})

VIEW = Permit("holds.view", _("See legal holds, their scope and refused deletions"), KEEPERS | {Role.AUDITOR})
PLACE = Permit("holds.place", _("Place legal holds and widen them"), KEEPERS, fresh=True)
RELEASE = Permit(
    "holds.release", _("Ask for and approve the release of a legal hold"), KEEPERS, fresh=True, by_key=False
)
PERMITS = (VIEW, PLACE, RELEASE)
