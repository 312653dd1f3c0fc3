"""Who works on requests. Whom a request is about needs no permit: the centre's door lets them in."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import EVERYBODY, Permit, Role

_OFFICER = frozenset({Role.PRIVACY_OFFICER})
SEE = Permit("requests.see", _("See data-subject requests"), frozenset({Role.PRIVACY_OFFICER, Role.AUDITOR}))
ENTER = Permit("requests.enter", _("Enter a request from a letter or a call"), _OFFICER)
HANDLE = Permit("requests.handle", _("Work on data-subject requests"), _OFFICER, by_key=False)
ERASE = Permit(
    "requests.erase", _("Approve erasures and corrections"), frozenset({Role.PRIVACY_OFFICER, Role.ADMINISTRATOR}),
    fresh=True, by_key=False,
)  # fmt: skip
SETTLE = Permit("requests.settle", _("Change deadlines and holidays"), _OFFICER, fresh=True, by_key=False)
# One's own, by an account: what is disclosed, corrected or deleted needs a factor of now (CCPA regulations section 7061).
OWN = Permit(
    "requests.own", _("Have one’s own data disclosed, corrected or deleted"), EVERYBODY, fresh=True, by_key=False
)
PERMITS = (OWN, SEE, ENTER, HANDLE, ERASE, SETTLE)
