"""What somebody may do with approvals as such; who may ask for and approve a kind, the kind says."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import EVERYBODY, Permit, Role

# Four eyes are the eyes of people who prove themselves now: no key carries these.
DECIDE = Permit("approvals.decide", _("Approve and refuse what others ask for"), EVERYBODY, fresh=True, by_key=False)
DELEGATE = Permit("approvals.delegate", _("Name a deputy for approvals"), EVERYBODY, fresh=True, by_key=False)
SEE_ALL = Permit("approvals.see_all", _("See every approval"), frozenset({Role.ADMINISTRATOR, Role.AUDITOR}))

PERMITS = (DECIDE, DELEGATE, SEE_ALL)
