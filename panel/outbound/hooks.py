"""What the way out registers: privacy, events, its own letters."""

from django.utils.translation import gettext_lazy as _

from panel.journal import events
from panel.kernel.registries import alarms, privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.outbound.mail import letters
from panel.outbound.webhooks import queries as webhooks

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

privacy.declare(
    "outbound.Endpoint",
    {
        "name": NotPersonal("the name of a receiving program"),
        "host": NotPersonal("names a machine"),
        "url": NotPersonal("the address of a program, sealed", secret=True),
        "secret": NotPersonal("a random key, sealed", secret=True),
        "old_secret": NotPersonal("a random key, sealed", secret=True),
        "events": _WORD,
    },
)
privacy.declare(
    "outbound.Delivery",
    {"event": _WORD, "payload": NotPersonal("ids, instants and fixed words"), "problem": _WORD},
)
privacy.declare("outbound.AlarmState", {"key": _WORD, "severity": _WORD})

alarms.register("webhooks.disabled", webhooks.disabled_alarm)

events.register("outbound.server.changed", _("Mail server changed"))
events.register("outbound.server.removed", _("Mail server removed"))
events.register("outbound.mail.tested", _("Test message accepted by the mail server"), retention="operation")
events.register("outbound.mail.test_failed", _("Test message could not be sent"), retention="operation")
events.register("outbound.mail.read", _("Message in the outbox read"))
events.register("outbound.mail.retried", _("Message sent again"), retention="operation")
events.register("outbound.mail.cancelled", _("Message cancelled"), retention="operation")
events.register("outbound.mail.failed", _("Message could not be sent"), retention="operation")

events.register("outbound.webhook.created", _("Webhook endpoint made"))
events.register("outbound.webhook.changed", _("Webhook endpoint changed"))
events.register("outbound.webhook.rotated", _("Webhook secret rotated"))
events.register("outbound.webhook.paused", _("Webhook endpoint paused"), retention="operation")
events.register("outbound.webhook.resumed", _("Webhook endpoint resumed"), retention="operation")
events.register("outbound.webhook.disabled", _("Webhook endpoint switched off after failures"))
events.register("outbound.webhook.deleted", _("Webhook endpoint deleted"))
events.register("outbound.webhook.tested", _("Webhook endpoint tested"), retention="operation")
events.register("outbound.webhook.replayed", _("Webhook sent again"), retention="operation")
events.register("outbound.alarm.raised", _("Alarm raised"))
events.register("outbound.alarm.cleared", _("Alarm ended"))

letters.register(letters.Letter("test", _("Test message"), {}))
letters.register(
    letters.Letter(
        "alarm",
        _("Alarm"),
        {
            "key": "partitions.missing",
            "severity": _("Critical"),
            "sentence": "Tomorrow has no room for records. Start the worker, or run manage.py prepare_database.",
            "link": "https://panel.example.org/",
        },
    )
)
