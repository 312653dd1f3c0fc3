"""What the policies register: permits, events, menu, cards, approvals, the condition of privileged acts, privacy."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import queries as rights
from accounts.access import services as access
from accounts.access.rules import register_condition
from accounts.approvals.rules import kinds
from accounts.approvals.rules.kinds import Shown
from compliance.policies import queries
from compliance.policies.models import Policy
from compliance.policies.rules import permits
from compliance.policies.services import accepting, publishing
from compliance.policies.services import demo as story
from compliance.subjects import rules as subjects
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import demo, objects, privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.ui import cards, menu

access.register_permits(*permits.PERMITS)
register_condition(accepting.require_accepted)
ledgers.append_only("policies_version", "policies_acceptance")
menu.register(menu.Item("comply", _("Policies"), "policies:list", "scroll-text", permits.VIEW, order=20))
menu.register(menu.Item("account", _("Policies to accept"), "policies:mine", "file-check", permits.READ, order=40))
subjects.register_section(
    subjects.Section(
        "policies",
        _("Policies"),
        _("What we do with data, and what we did before."),
        "policies:public",
        order=40,
        mine=False,
    )
)

for name, title in (
    ("policy.created", _("Policy made")),
    ("policy.settled", _("Settings of a policy changed")),
    ("policy.edited", _("Draft of a policy saved")),
    ("policy.archived", _("Policy archived")),
    ("version.published", _("Version of a policy published")),
    ("version.accepted", _("Policy accepted")),
):
    events.register(f"policies.{name}", title=title, retention="privacy")

_WORD = NotPersonal("a fixed word of the program")
_PUBLIC = NotPersonal("the organisation's own words, for everybody to read")
privacy.declare("policies.Policy", {"slug": _PUBLIC, "kind": _WORD, "name": _PUBLIC})
privacy.declare("policies.PolicyDraft", {"texts": _PUBLIC, "summary": _PUBLIC, "edited_by_kind": _WORD})
privacy.declare(
    "policies.PolicyVersion",
    {
        "digest": NotPersonal("a hash"),
        "texts": _PUBLIC,
        "digests": NotPersonal("hashes"),
        "summary": _PUBLIC,
        "author_kind": _WORD,
    },
)
privacy.declare(
    "policies.Acceptance",
    {
        "language": Personal("user", "employment", "to show which words were read", erase="keep", retention="journal"),
        "digest": Personal("user", "employment", "to show which words were read", erase="keep", retention="journal"),
    },
)


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    found = queries.visible_to(actor).filter(id__in=list(ids))
    page = "policies:detail" if rights.can(actor, permits.VIEW) else ""
    return {
        one.id: objects.Card(
            one.name, reverse(page, args=[one.id]) if page else reverse("policies:read", args=[one.slug]), one.slug
        )
        for one in found
    }


objects.register(objects.Resolver("policy", "Policy", _cards))


def _duties(actor: Actor, at: datetime) -> list[cards.Task]:
    """What one has to accept: a reminder before the day, urgent after it."""
    if actor.id is None:
        return []
    return [
        cards.Task(
            title=gettext("Accept “%(name)s”") % {"name": duty.policy.name},
            sentence=gettext("What needs a fresh factor waits for it.")
            if duty.overdue(at)
            else gettext("It is in force. Read it and say that you accept it."),
            url=reverse("policies:read", args=[duty.policy.slug]),
            verb=_("Read"),
            icon="scroll-text",
            urgency=5 if duty.overdue(at) else 25,
            tone="danger" if duty.overdue(at) else "",
            when=date_format(duty.due_at, "j M"),
        )
        for duty in queries.duties(actor.id, at)
    ]


cards.register(cards.Source("policies", permits.READ, order=40, tasks=_duties))


def _policy(effect: Mapping[str, Any]) -> Policy:
    return Policy.objects.select_related("draft").get(id=effect["policy"])


def _describe(effect: Mapping[str, Any]) -> Shown:
    policy = _policy(effect)
    draft = policy.draft
    return Shown(
        title=gettext("Publish “%(name)s”") % {"name": policy.name},
        lines=[
            (_("Languages"), ", ".join(sorted(draft.texts))),
            (_("Change"), gettext("Material") if draft.material else gettext("Editorial")),
            (_("What changed"), draft.summary or "–"),
            (_("Takes effect"), date_format(draft.effective_at) if draft.effective_at else gettext("When published")),
            (_("Draft"), effect["draft"]),
        ],
        warning=_("People read and accept exactly these words. A version never changes.") if draft.material else "",
        url=reverse("policies:publication", args=[policy.id]),
    )


def _current(effect: Mapping[str, Any]) -> dict[str, Any]:
    policy = _policy(effect)
    newest = policy.versions.order_by("-number").values_list("number", flat=True).first() or 0
    return {"draft": queries.draft_digest(policy.draft), "newest": newest, "archived": policy.archived_at is not None}


def _perform(approval: Any, at: datetime) -> None:
    effect = approval.effect
    publishing.publish(
        policy_id=UUID(effect["policy"]), digest=effect["draft"], actor=approval.actor, approval_id=approval.id, at=at
    )


kinds.register(
    kinds.Kind(
        publishing.KIND,
        _("Publish a policy"),
        ask=permits.WRITE,
        approve=permits.PUBLISH,
        describe=_describe,
        current=_current,
        perform=_perform,
        facts={"draft": _("The draft"), "newest": _("The newest version"), "archived": _("Archived")},
    )
)
demo.register(30, story.build)
