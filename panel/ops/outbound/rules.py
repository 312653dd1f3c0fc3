"""Who may see, send and read mail and webhooks, and who sets the way out."""

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
SEE_HOOKS = Permit("webhooks.see", _("See webhooks and what became of each delivery"), _RUN | {Role.AUDITOR})
SET_HOOKS = Permit("webhooks.set", _("Set up webhooks and send what was given up again"), _SET, fresh=True)
PERMITS = (SEE_MAIL, SEND_MAIL, READ_MAIL, SET_MAIL, SEE_HOOKS, SET_HOOKS)
