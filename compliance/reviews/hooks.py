"""What the reviews register: permits, events, populations, letters, approvals, menu, cards, objects, privacy."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from accounts.approvals.rules import kinds
from compliance.reports.services import making as reports
from compliance.reviews.models import Report
from compliance.reviews.queries import looks, reading
from compliance.reviews.queries.populations import means, roles, shared
from compliance.reviews.rules import permits
from compliance.reviews.rules.populations import Population, register
from compliance.reviews.services import demo as story
from compliance.reviews.services import undoing
from compliance.reviews.services.acts import means as end_means
from compliance.reviews.services.acts import roles as end_roles
from compliance.reviews.services.acts import shared as end_shared
from compliance.reviews.services.reports import campaign, standing
from panel.journal import bundles, events
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import demo, objects, privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.outbound.mail import letters
from panel.ui import cards, menu

access.register_permits(*permits.PERMITS)
ledgers.append_only("reviews_decision", "reviews_evidence", "reviews_report")
bundles.register(campaign.KIND, _("Report of an access review"))
reports.register(standing.KIND)
kinds.register(undoing.KIND)
menu.register(
    menu.Item("comply", _("Access reviews"), "reviews:campaigns", "user-check", permits.DECIDE, 15, reading.waiting_for)
)

for one in (
    Population("grant", _("Role on an object"), shared.grants, end_shared.end, looks.of_grant, end_shared.restore,
               end_shared.reduce, end_shared.smaller),
    Population("role", _("Role in the organisation"), roles.roles, end_roles.end, looks.of_role, end_roles.restore),
    Population("custom_role", _("Role made here"), roles.custom_roles, end_roles.end_custom, looks.of_custom_role,
               end_roles.restore_custom),
    Population("member", _("Place in a team"), shared.members, end_shared.end_member, looks.of_member,
               end_shared.restore_member),
    Population("api_key", _("API key"), means.keys, end_means.end_key, looks.of_key),
    Population("oauth_client", _("OAuth client"), means.clients, end_means.end_key, looks.of_key),
    Population("service", _("Service account"), means.services, end_means.end_service, looks.of_account,
               end_means.open_again),
    Population("guest", _("Guest"), means.guests, end_means.end_guest, looks.of_account, end_means.open_again),
    Population("emergency", _("Named for emergencies"), roles.emergencies, end_roles.end_emergency, lambda _item: [],
               end_roles.restore_emergency),
    Population("session", _("Open session"), means.sessions, end_means.end_session, looks.of_session),
):  # fmt: skip
    register(one)

for name, title in (
    ("campaign.begun", _("Access review begun")),
    ("campaign.frozen", _("Population of an access review frozen")),
    ("campaign.handed_on", _("Rights in a review handed on")),
    ("campaign.escalated", _("Access review escalated")),
    ("campaign.cancelled", _("Access review cancelled")),
    ("campaign.closing", _("Closing of an access review begun")),
    ("campaign.closed", _("Access review closed")),
    ("item.kept", _("Right kept in a review")),
    ("item.revoked", _("Right revoked in a review")),
    ("item.reduced", _("Right reduced in a review")),
    ("item.flagged", _("Right flagged in a review")),
    ("item.gone", _("Right found gone in a review")),
    ("item.reinstated", _("Right given back after a review")),
    ("rule.added", _("Rule of reviews added")),
    ("rule.ended", _("Rule of reviews ended")),
    ("report.taken", _("Report of a review taken out")),
):
    events.register(f"reviews.{name}", title)

letters.register(
    letters.Letter(
        "review_waits",
        _("Rights wait for a decision"),
        {
            "name": "Access review, Q4 2026", "count": 12, "due": "30 November 2026, 23:59", "reminder": True,
            "link": "https://panel.example.org/reviews/",
        },
    )
)  # fmt: skip

_WORD = NotPersonal("a fixed word of the program")
_HELD = Personal("holder_id", "employment", "to review who may what", export="copy", erase="keep", retention="review")
_PLAN = {
    "name": NotPersonal("the name of a review"),
    "scope": NotPersonal("kinds, ids and roles"),
    "made_by_kind": _WORD,
}
privacy.declare("reviews.Recurring", _PLAN)
privacy.declare(
    "reviews.Campaign",
    {
        **_PLAN,
        "digest": NotPersonal("a hash"),
        "closed_by_kind": _WORD,
        "reason": NotPersonal("why a whole review was cancelled"),
        "drift": NotPersonal("counts"),
        "numbers": NotPersonal("counts"),
    },
)
privacy.declare(
    "reviews.Item",
    {
        **dict.fromkeys(("kind", "holder_kind", "object_kind", "decided_by_kind", "exception"), _WORD),
        **dict.fromkeys(("ref", "right", "flags", "facts"), _HELD),
        "reason": Personal("decided_by_id", "employment", "to show why a right was kept or taken", retention="review"),
    },
)
privacy.declare(
    "reviews.Decision",
    {
        "right": _WORD,
        "by_kind": _WORD,
        "reason": Personal("by_id", "employment", "to show why a right was kept or taken", retention="review"),
    },
)
privacy.declare(
    "reviews.Evidence",
    {
        **dict.fromkeys(("before", "after", "also"), Personal(
            "item__holder_id", "employment", "to prove that a right ended", erase="keep", retention="review")),
        "kept": Personal("item__holder_id", "employment", "to give back exactly the same right", retention="review"),
    },
)  # fmt: skip
privacy.declare(
    "reviews.Report",
    {
        "kind": _WORD,
        "manifest": NotPersonal("a hash"),
        "made_by_kind": _WORD,
        "sealed": Personal("self", "employment", "to prove a review to an auditor", export="omit", retention="review"),
    },
)


def _campaigns(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = reading.visible_to(actor).filter(id__in=list(ids))
    return {one.id: objects.Card(one.name, reverse("reviews:campaign", args=[one.id])) for one in found}


def _items(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = reading.some_items(actor, list(ids))
    return {one.id: objects.Card(one.campaign.name, reverse("reviews:item", args=[one.id])) for one in found}


def _reports(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found: list[Report] = list(reading.reports(actor).filter(id__in=list(ids)))
    return {one.id: objects.Card(gettext("Report"), reverse("reviews:reports")) for one in found}


objects.register(objects.Resolver("review", "Access review", _campaigns))
objects.register(objects.Resolver("review_item", "Right in a review", _items))
objects.register(objects.Resolver("review_report", "Report", _reports))


def _waiting(actor: Actor, at: datetime) -> list[cards.Task]:
    """Reviews in which something waits for this person."""
    return [
        cards.Task(
            title=ngettext("%(n)s right to review", "%(n)s rights to review", count) % {"n": count},
            sentence=row.name,
            url=reverse("reviews:campaign", args=[row.id]),
            verb=_("Decide"),
            icon="user-check",
            urgency=10 if (row.due_at - at).days < 3 else 30,
            tone="warn" if (row.due_at - at).days < 3 else "",
            when=date_format(row.due_at, "j M"),
        )
        for row, count in reading.reviewing(actor)
    ]


cards.register(cards.Source("reviews", permits.DECIDE, order=30, tasks=_waiting))
demo.register(80, story.build)
