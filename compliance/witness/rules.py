"""Who may make this panel the witness of another's journal. Pure."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

VIEW = Permit(
    "witness.view",
    _("See whose journals this panel witnesses"),
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.PRIVACY_OFFICER}),
)
KEEP = Permit(
    "witness.keep",
    _("Say whose journals this panel witnesses"),
    frozenset({Role.ADMINISTRATOR}),
    fresh=True,
    by_key=False,
)
MOST, MOST_KEYS, LONGEST_NAME = 100, 20, 200
"""Journals that one panel witnesses."""
