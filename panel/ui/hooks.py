"""What the design system says of its one table."""

from django.utils.translation import gettext_lazy as _

from panel.journal import events
from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal, Personal

privacy.declare(
    "ui.Created",
    {
        "actor_kind": NotPersonal("a fixed word of the program"),
        "route": NotPersonal("a pattern of the program's addresses"),
        "key_hash": NotPersonal("a hash of a caller's random key"),
        "request_hash": NotPersonal("a hash of a request's body, gone after a day", secret=True),
        "location": NotPersonal("an address of the panel with an opaque id"),
        "body": Personal(
            "actor_id", "trace", "to answer a repeated create alike", export="omit", erase="period", retention="one day"
        ),
    },
)
privacy.declare(
    "ui.ListSetting",
    {
        "name": NotPersonal("the name of a page"),
        "hidden": NotPersonal("names of columns"),
        "views": Personal("person", "identity", "to open a list as its reader wants it", erase="row"),
    },
)
events.register("ui.view.kept", title=_("View of a list kept"), retention="operation")
events.register("ui.view.removed", title=_("View of a list removed"), retention="operation")
