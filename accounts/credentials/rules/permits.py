"""Who may do what with API keys."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

# Everybody sees and ends their own keys; these reach further.
USE = Permit(
    "credentials.use",
    _("See own API keys"),
    frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.DEVELOPER, Role.AUDITOR}),
)
SEE_ALL = Permit("credentials.see_all", _("See all API keys"), frozenset({Role.ADMINISTRATOR, Role.AUDITOR}))
ISSUE = Permit("credentials.issue", _("Make API keys"), frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.DEVELOPER}))
ISSUE_MANAGEMENT = Permit(
    "credentials.issue_management",
    _("Make keys for the panel's own API"),
    frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.DEVELOPER}),
    fresh=True,
    # A key that makes keys would outlive its own end.
    by_key=False,
)
END_ANY = Permit("credentials.end_any", _("Revoke anybody's API keys"), frozenset({Role.ADMINISTRATOR}))
KEEP_SIGNERS = Permit(
    "credentials.keep_signers",
    _("Change the keys that sign access tokens"),
    frozenset({Role.ADMINISTRATOR}),
    fresh=True,
    by_key=False,
)
SET_POLICY = Permit(
    "credentials.set_policy",
    _("Say how long API keys may live"),
    frozenset({Role.ADMINISTRATOR}),
    fresh=True,
    by_key=False,
)
ADD_SERVICE = Permit(
    "credentials.add_service",
    _("Add service accounts"),
    frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.DEVELOPER}),
)
KEEP_SERVICES = Permit(
    "credentials.keep_services",
    _("Hand over and close anybody's service accounts"),
    frozenset({Role.ADMINISTRATOR}),
)
PERMITS = (
    USE, SEE_ALL, ISSUE, ISSUE_MANAGEMENT, END_ANY, KEEP_SIGNERS, SET_POLICY, ADD_SERVICE, KEEP_SERVICES,
)  # fmt: skip
