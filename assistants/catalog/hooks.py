"""What the catalogue registers: permits, events, menu, tabs, cards, privacy, ledgers, its objects, the demo."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from accounts.access.rules import SIGNED_IN
from accounts.grants.queries import kinds
from assistants.catalog.models import Assistant
from assistants.catalog.queries import purposes, sharing, tabs
from assistants.catalog.queries.assistants import may_stop_some, named, visible_to
from assistants.catalog.rules import permits
from assistants.catalog.services.changes import touch
from assistants.catalog.services.demo import assistants as demo_assistants
from assistants.catalog.services.demo import keys as demo_keys
from assistants.catalog.services.demo import purposes as demo_purposes
from assistants.catalog.services.demo import secrets as demo_secrets
from assistants.catalog.views import board, first
from compliance.consent import queries as consent
from compliance.consent.rules import permits as consent_permits
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import demo, objects, privacy, setup
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.ui import cards, menu
from panel.ui.ways import palette, tour

access.register_permits(*permits.PERMITS)
ledgers.append_only("catalog_version", "catalog_publication", "catalog_caseresult", "catalog_storage")
consent.register_owner(purposes.vouched)

menu.register(menu.Item("build", _("Assistants"), "catalog:list", "bot", permits.VIEW, order=10))
menu.register(
    menu.Item("comply", _("Consent by assistant"), "catalog:consents", "list-checks", consent_permits.VIEW, order=31)
)
for order, (label, name) in enumerate(
    (
        (_("Overview"), "detail"),
        (_("Draft"), "draft"),
        (_("Guards"), "guards"),
        (_("Versions"), "versions"),
        (_("Tests"), "cases"),
        (_("Keys"), "keys"),
        (_("Privacy"), "purposes"),
        (_("Access"), "grants"),
        (_("Settings"), "description"),
    )
):
    tabs.register(tabs.Tab(label, f"catalog:{name}", permits.VIEW, order=10 * order))

for name, title in (
    ("assistant.created", _("Assistant made")),
    ("assistant.described", _("Assistant renamed or described")),
    ("draft.edited", _("Draft edited")),
    ("guards.tightened", _("Guards of a draft tightened")),
    ("case.kept", _("Pinned test kept")),
    ("case.dropped", _("Pinned test removed")),
):
    events.register(f"catalog.{name}", title=title, retention="operation")
for name, title in (
    ("assistant.paused", _("Assistant stopped")),
    ("assistant.resumed", _("Assistant resumed")),
    ("assistant.archived", _("Assistant archived")),
    ("assistant.restored", _("Assistant brought back from the archive")),
    ("version.published", _("Version published")),
    ("version.rolled_back", _("Rolled back to a version")),
):
    events.register(f"catalog.{name}", title=title, retention="security")

for name, title in (
    ("purpose.bound", _("Purpose bound to an assistant")),
    ("purpose.unbound", _("Purpose of an assistant let go")),
    ("content.kept", _("What is said is kept from now on")),
    ("content.not_kept", _("What is said is kept no more")),
):
    events.register(f"catalog.{name}", title=title, retention="privacy")

_WORD = NotPersonal("a fixed word of the program")
_WORK = NotPersonal("the organisation's name for its product")
_SAID = Personal(
    "author", "content", "to say why something was done", export="omit", erase="keep", retention="assistant"
)
privacy.declare(
    "catalog.Assistant",
    {"slug": _WORK, "name": _WORK, "description": _WORK, "stopped_reason": _SAID, "stopped_by_kind": _WORD},
)
privacy.declare(
    "catalog.AssistantVersion",
    {
        "digest": NotPersonal("a hash"),
        "content": NotPersonal("the organisation's prompt, sealed under the assistant's key", secret=True),
        "model": _WORD,
        "message": _SAID,
        "author_kind": _WORD,
    },
)
privacy.declare(
    "catalog.Draft",
    {
        "system_prompt": NotPersonal("the organisation's prompt, sealed under the assistant's key", secret=True),
        "model": _WORD,
        "parameters": NotPersonal("numbers"),
        "guards": NotPersonal("modes and limits"),
        "edited_by_kind": _WORD,
    },
)
for grant, receiver in (("catalog.AssistantUserGrant", "user"), ("catalog.AssistantTeamGrant", "group")):
    privacy.declare(
        grant, {"giver_kind": _WORD, "reason": Personal(receiver, "employment", "to show why a right was given")}
    )
privacy.declare(
    "catalog.PinnedCase",
    {
        "title": NotPersonal("what a test proves, sealed beside its words", secret=True),
        "messages": Personal("by_id", "content", "to prove before a publish what the guards do", "omit"),
        "answer": Personal("by_id", "content", "to prove before a publish what the guards do", "omit"),
        "expected": _WORD,
        "stage": _WORD,
        "by_kind": _WORD,
    },
)
privacy.declare("catalog.Binding", {"route": _WORD})
privacy.declare("catalog.Storage", {"keep": _WORD})
privacy.declare("catalog.CaseResult", {"expected": _WORD, "got": _WORD})
privacy.declare("catalog.Publication", {"message": _SAID, "by_kind": _WORD})


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = visible_to(actor).filter(id__in=list(ids))
    return {one.id: objects.Card(one.name, reverse("catalog:detail", args=[one.id]), one.slug) for one in found}


def _choices(actor: Actor) -> list[tuple[UUID, str]]:
    return list(visible_to(actor).exclude(state="archived").order_by("name").values_list("id", "name"))


objects.register(objects.Resolver("assistant", "Assistant", _cards, _choices))
kinds.register_grantable(
    kinds.Grantable("assistant", sharing.find, permits.SHARE, sharing.shared_by, permits.VIEW, Assistant, touch)
)


demo.register(30, demo_secrets.build)
demo.register(50, demo_assistants.build)
demo.register(51, demo_keys.build)
demo.register(52, demo_purposes.build)
demo.register(60, demo_keys.requests)
demo.register_traffic(demo_keys.traffic)
cards.register(cards.Source("assistants", permit=SIGNED_IN, order=10, parts=board.parts))
cards.register_act(
    cards.Act(
        _("Stop assistants"), "catalog:list", "circle-x", "quiet", "?state=live", permits.PAUSE, 10, may_stop_some
    )
)
cards.register_act(cards.Act(_("New assistant"), "catalog:new", "plus", "primary", permit=permits.ADD, order=20))
setup.register_first(first.STEP)
tour.register(
    tour.Stop(
        20,
        _("Twelve assistants"),
        _("Open the concierge: its versions word by word, its pinned tests, its playground, and one red button."),
        "catalog:list",
        permit=permits.VIEW,
    )
)


def _found(actor: Actor, text: str, most: int) -> list[tuple[str, str, str]]:
    rows = named(actor, text)[:most]
    return [(one.name, reverse("catalog:detail", args=[one.id]), one.slug) for one in rows]


palette.register(palette.Search(_("Assistants"), "bot", _found, permits.VIEW, order=10))
palette.register_act(palette.Act(_("New assistant"), "catalog:new", permit=permits.ADD))
