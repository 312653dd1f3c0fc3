"""What there is to allow about consent. Pure."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

KEEPERS = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER})

VIEW = Permit("consent.view", _("See purposes and who consented, by pseudonym"), KEEPERS | {Role.AUDITOR})
WRITE = Permit("consent.write", _("Write purposes"), KEEPERS, fresh=True)
RECORD = Permit("consent.record", _("Record a consent from a document"), frozenset({Role.PRIVACY_OFFICER}), fresh=True)
VOUCH = Permit(
    "consent.vouch",
    _("Pass on what end users of one's own application chose"),
    frozenset({Role.ADMINISTRATOR, Role.DEVELOPER, Role.OPERATOR}),
)
PERMITS = (VIEW, WRITE, RECORD, VOUCH)
