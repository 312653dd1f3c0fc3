"""What the way out registers: privacy, events, its own letters."""

from django.utils.translation import gettext_lazy as _

from panel.journal import events
from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.outbound.mail import letters

_WORD = NotPersonal("a fixed word of the program")

privacy.declare(
    "outbound.AllowedHost",
    {
        "host": NotPersonal("names a machine of the organisation"),
        "reason": NotPersonal("why a machine may be called; people are asked not to write personal data here"),
        "added_by_kind": _WORD,
    },
)
privacy.declare(
    "outbound.MailServer",
    {
        "host": NotPersonal("names a machine of the organisation"),
        "user": NotPersonal("the account of a program at a mail server, sealed", secret=True),
        "password": NotPersonal("the password of that account, sealed", secret=True),
        "sender": NotPersonal("the panel's own address, sealed"),
        "reply_to": NotPersonal("an address of the organisation, sealed"),
    },
)
_TO = "to know whom a message went to"
privacy.declare(
    "outbound.Message",
    {
        "address": Personal("self", "contact", _TO, erase="period", retention="outbox"),
        "recipient": Personal("self", "contact", "to limit messages to one recipient", "omit", "period", "outbox"),
        "content": Personal("person", "content", "what the panel wrote to a person", "copy", "key", "outbox"),
        "template": _WORD,
        "language": NotPersonal("the language that a message is written in"),
        "problem": _WORD,
        "once": NotPersonal("a word made of ids"),
        "actor_kind": _WORD,
    },
)

events.register("outbound.server.changed", _("Mail server changed"))
events.register("outbound.server.removed", _("Mail server removed"))
events.register("outbound.mail.tested", _("Test message accepted by the mail server"), retention="operation")
events.register("outbound.mail.test_failed", _("Test message could not be sent"), retention="operation")
events.register("outbound.mail.read", _("Message in the outbox read"))
events.register("outbound.mail.retried", _("Message sent again"), retention="operation")
events.register("outbound.mail.cancelled", _("Message cancelled"), retention="operation")
events.register("outbound.mail.failed", _("Message could not be sent"), retention="operation")

letters.register(letters.Letter("test", _("Test message"), {}))
