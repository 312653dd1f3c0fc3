"""What there is to allow about policies. Pure."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import EVERYBODY, Permit, Role

KEEPERS = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER})

READ = Permit("policies.read", _("Read the policies in force and accept them"), EVERYBODY)
VIEW = Permit(
    "policies.view",
    _("See drafts, old versions and who accepted a policy"),
    KEEPERS | {Role.AUDITOR},
)
WRITE = Permit("policies.write", _("Write policies"), KEEPERS)
PUBLISH = Permit("policies.publish", _("Approve the publication of a policy"), KEEPERS, fresh=True)
PERMITS = (READ, VIEW, WRITE, PUBLISH)
