"""What there is to allow about access reviews. Pure."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import EVERYBODY, Permit, Role

VIEW = Permit(
    "reviews.view",
    _("See every access review and its report"),
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.PRIVACY_OFFICER}),
)
DECIDE = Permit("reviews.decide", _("Decide what one was asked to review"), EVERYBODY)
MANAGE = Permit(
    "reviews.manage", _("Begin, hand on and close access reviews"), frozenset({Role.ADMINISTRATOR}), fresh=True
)
REINSTATE = Permit(
    "reviews.reinstate", _("Give back what a review took"), frozenset({Role.ADMINISTRATOR}), fresh=True, by_key=False
)
PERMITS = (VIEW, DECIDE, MANAGE, REINSTATE)
