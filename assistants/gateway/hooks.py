"""What the gateway says of its data, and what it watches."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import SIGNED_IN
from assistants.catalog.queries import overview, tabs, usage
from assistants.catalog.rules import permits
from assistants.conversations import queries as conversations
from assistants.conversations.rules import SEE_TRACES
from assistants.gateway import queries
from assistants.gateway.engine.ledger import payload
from assistants.gateway.views import figures, first, kept, traffic
from compliance.subjects import rules as subjects
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.registries import alarms, backups, privacy, processing, setup
from panel.kernel.registries.alarms import Alarm
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.ui import cards, menu
from panel.ui.ways import palette, tour

subjects.register_spelling(lambda named: payload.end_user(named, keyring.secret(keyring.named("gateway"), "subjects")))
subjects.register_section(
    subjects.Section(
        "kept",
        gettext_lazy("What assistants keep"),
        gettext_lazy("What is kept of what you say, why, and who read it."),
        "gateway:kept",
        order=20,
        fact=kept.fact,
    )
)
menu.register(menu.Item("gateway", gettext_lazy("Traces"), "gateway:traces", "list-tree", SEE_TRACES, order=10))
backups.register_store(backups.Store("spool", "spool", before=True))
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
privacy.declare(
    "gateway.Trial",
    {
        "digest": NotPersonal("a hash"),
        "content": NotPersonal("the organisation's prompt, sealed under the assistant's key", secret=True),
        "author_kind": NotPersonal("a fixed word of the program"),
    },
)
events.register("gateway.draft.tried", title=gettext_lazy("Draft frozen for the playground"), retention="operation")
events.register(
    "gateway.consent.refused", title=gettext_lazy("Calls refused without a person's consent"), retention="privacy"
)
tabs.register(tabs.Tab(gettext_lazy("Playground"), "gateway:playground", permits.TRY, order=5))
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


cards.register(cards.Source("calls", permit=SIGNED_IN, order=20, figures=figures.of_a_day))
cards.register_panel(
    cards.Panel("day", gettext_lazy("Last 24 hours"), "assistants/gateway/parts/day.html", traffic.day, order=10)
)
cards.register_panel(
    cards.Panel(
        "blocked", gettext_lazy("Blocked by rule"), "assistants/gateway/parts/rules.html", traffic.by_rule, side=True
    )
)
tour.register(
    tour.Stop(
        10,
        gettext_lazy("An attack, stopped"),
        gettext_lazy(
            "Somebody tried all night to turn the concierge around. See which guard decided, and by what score."
        ),
        "gateway:traces",
        "?verdict=block",
        SEE_TRACES,
    )
)
setup.register_first(first.STEP)
usage.register(queries.weeks)
processing.register_recipients(queries.recipients)
overview.register_part(traffic.PART)
overview.register_goal(traffic.GOAL)


def _found(actor: Actor, text: str, _most: int) -> list[tuple[str, str, str]]:
    """A call by its request id, as a client sees it."""
    rows = conversations.searched(conversations.visible_to(actor), text)[:1]
    return [(text, reverse("gateway:trace", args=[one.id]), _("Call")) for one in rows]


palette.register(palette.Search(gettext_lazy("Calls"), "list-tree", _found, order=40))
