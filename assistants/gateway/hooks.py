"""What the gateway says of its data, and what it watches."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.conversations.rules import SEE_TRACES
from assistants.gateway import queries
from panel.kernel.registries import alarms, privacy
from panel.kernel.registries.alarms import Alarm
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.ui import menu

menu.register(menu.Item("gateway", gettext_lazy("Traces"), "gateway:traces", "list-tree", SEE_TRACES, order=10))
privacy.declare(
    "gateway.Inbox",
    {"frame": Personal("subject", "trace", "to carry records to the worker", export="omit", erase="period")},
)
privacy.declare(
    "gateway.ContentKey",
    {
        "public": NotPersonal("a public key"),
        "private": NotPersonal("a private key, sealed", secret=True),
    },
)
privacy.store(
    "spool",
    Personal("subject", "trace", "records until they are shipped", export="omit", erase="period", retention="seconds"),
)


def _unreadable() -> Alarm | None:
    count = queries.unreadable_frames()
    if not count:
        return None
    words = _("%(count)s records of calls cannot be read. They wait in the inbox; look at the worker's log.")
    return Alarm("gateway.unreadable", "critical", words % {"count": count})


alarms.register("gateway.unreadable", _unreadable)
