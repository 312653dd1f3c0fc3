"""What conversations say of their data and permits."""

from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from assistants.catalog.queries import overview
from assistants.conversations import queries, rules, views
from assistants.conversations.services import demo as story
from assistants.conversations.services import personal, retained
from compliance.requests.rules import stores
from compliance.reviews.rules import populations
from panel.journal import events
from panel.kernel.registries import demo, privacy
from panel.kernel.registries.privacy import NotPersonal, Personal

_WORD = NotPersonal("a fixed word of the program")

access.register_permits(*rules.PERMITS)
privacy.declare(
    "conversations.Call",
    {
        "route": _WORD,
        "source": _WORD,
        "model": NotPersonal("the provider's name of a model"),
        "policy": NotPersonal("a hash of a guard policy"),
        "error": _WORD,
        "action": _WORD,
        "verdicts": NotPersonal("rules, places and scores of findings; no text of a message"),
        "stages": NotPersonal("names and times of stages"),
        "address_digest": NotPersonal("a keyed digest of an address that nobody can turn back"),
        "stored": _WORD,
    },
)
privacy.declare(
    "conversations.CallContent",
    {
        "retention": _WORD,
        "kept_from": _WORD,
        "sealed": Personal("subject", "content", "to answer for what an assistant said", retention="standard"),
    },
)
privacy.declare(
    "conversations.Reveal",
    {"reason": Personal("person", "content", "to say why somebody read what was said", export="omit")},
)
events.register("conversations.content.revealed", title=_("Content of a call revealed"), retention="security")
demo.register(70, story.traffic)
retained.register()
overview.register_part(views.PART)
populations.register_uses("assistant", queries.last_uses)
stores.register(personal.Contents())
stores.register_recipients(personal.recipients)
