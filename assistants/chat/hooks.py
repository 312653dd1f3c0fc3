"""What the chat registers: permits, events, its tab, the report, privacy, its letter, the demo."""

from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from assistants.catalog.queries import tabs
from assistants.catalog.rules import permits as catalog
from assistants.chat.rules import permits
from assistants.chat.services import demo as story
from assistants.chat.services import retained
from compliance.requests.rules import stores
from panel.journal import events
from panel.kernel.registries import demo, privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.outbound.mail import letters
from panel.ui import menu

access.register_permits(*permits.PERMITS)
tabs.register(tabs.Tab(_("Chat"), "chat:setting", catalog.VIEW, order=55))
menu.register(menu.Item("comply", _("AI disclosure"), "chat:coverage", "megaphone", permits.COVER, order=35))

for name, title, retention in (
    ("setting.changed", _("Chat of an assistant set up"), "security"),
    ("invitation.made", _("Link into a chat made"), "security"),
    ("invitation.ended", _("Link into a chat ended"), "security"),
    ("invitation.used", _("Link into a chat used"), "privacy"),
    ("ai.disclosed", _("Person told that an AI answers"), "privacy"),
    ("chat.deleted", _("Chat deleted by its person"), "privacy"),
    ("person.forgotten", _("Everything of a person in a chat deleted by them"), "privacy"),
    ("note.written", _("Message to the owner of an assistant"), "privacy"),
    ("note.finished", _("Message to the owner dealt with"), "operation"),
):
    events.register(f"chat.{name}", title=title, retention=retention)  # type: ignore[arg-type]

_WORDS = NotPersonal("the organisation's own words, for everybody to read")
_HASH = NotPersonal("a hash of a random token")
privacy.declare(
    "chat.Setting",
    {"name": _WORDS, "greeting": _WORDS, "contact": _WORDS, "sites": NotPersonal("addresses of sites")},
)
privacy.declare(
    "chat.Invitation",
    {
        "digest": _HASH,
        "label": Personal(
            "by_id", "content", "to know whom a link is for", export="omit", erase="keep", retention="assistant"
        ),
    },
)
privacy.declare("chat.Session", {"digest": _HASH, "told": NotPersonal("a fixed word of the program")})
_WRITTEN = Personal("subject_id", "content", "to answer somebody who wrote", retention="chat")
privacy.declare("chat.Note", {"words": _WRITTEN, "reply_to": _WRITTEN})
stores.register_single("chat.Note")
letters.register(
    letters.Letter(
        "chat_note",
        _("Somebody wrote to a person"),
        {"assistant": "Support concierge", "link": "https://panel.example/assistants/…/chat/notes/"},
    )
)
retained.register()
demo.register(72, story.build)
