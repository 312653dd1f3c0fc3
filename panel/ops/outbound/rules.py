"""Who may see, send and read mail, and who sets the way out."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

_WATCH = frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.AUDITOR, Role.PRIVACY_OFFICER})
_RUN = frozenset({Role.ADMINISTRATOR, Role.OPERATOR})
_SET = frozenset({Role.ADMINISTRATOR})

SEE_MAIL = Permit("mail.see", _("See the outbox, without what messages say"), _WATCH)
SEND_MAIL = Permit("mail.send", _("Send messages again and cancel them"), _RUN)
# A message may hold a link that makes its reader somebody else.
READ_MAIL = Permit("mail.read", _("Read messages and copy their links"), _SET, fresh=True, by_key=False)
SET_MAIL = Permit("mail.set", _("Set up the mail server"), _SET, fresh=True, by_key=False)
PERMITS = (SEE_MAIL, SEND_MAIL, READ_MAIL, SET_MAIL)
