"""Writing policies: the draft, the policy's own fields, and taking one out of force."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.policies import queries
from compliance.policies.models import Policy, PolicyDraft
from compliance.policies.rules import content, permits
from compliance.policies.rules.content import Text
from compliance.policies.rules.kinds import LANGUAGES, Kind
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid

AHEAD = timedelta(days=730)


class SlugTaken(Conflict):
    code = "slug_taken"


class Changed(Conflict):
    code = "changed"


def create(
    *,
    actor: Actor,
    name: str,
    slug: str,
    kind: str,
    at: datetime,
    acceptance: bool = False,
    grace_days: int = 14,
    texts: Mapping[str, Text] | None = None,
) -> Policy:
    """A policy with a draft, from `texts` or empty. Raises Forbidden, Invalid, SlugTaken."""
    access.require(actor, permits.WRITE)
    if kind not in set(Kind):
        raise Invalid(fields={"kind": _("Choose one of the kinds.")})
    if not content.SLUG.fullmatch(slug):
        raise Invalid(fields={"slug": _("Lower-case letters, digits and hyphens, at most 63.")})
    found = _texts(texts or {})
    try:
        with transaction.atomic():
            policy = Policy.objects.create(
                id=ids.new_id(at),
                slug=slug,
                kind=Kind(kind),
                name=_named(name),
                acceptance=acceptance,
                grace_days=_days(grace_days),
                created_at=at,
                changed_at=at,
            )
            draft = PolicyDraft(policy=policy, texts={one: text.stored for one, text in found.items()})
            _edited(draft, actor, at)
            draft.save(force_insert=True)
            journal.record(
                "policies.policy.created", actor=actor, obj=policy, detail={"slug": slug, "kind": kind}, at=at
            )
    except IntegrityError as error:
        if "slug" not in str(error):
            raise
        raise SlugTaken(_("There is a policy with this address already.")) from error
    return policy


def settle(
    *, actor: Actor, policy: Policy, name: str, acceptance: bool, grace_days: int, revision: int, at: datetime
) -> Policy:
    """Change the name and whether staff accept it. Raises Forbidden, Invalid, Changed."""
    access.require(actor, permits.WRITE)
    with transaction.atomic():
        policy = _locked(policy, revision)
        before = {"acceptance": policy.acceptance, "grace_days": policy.grace_days}
        policy.name, policy.acceptance, policy.grace_days = _named(name), acceptance, _days(grace_days)
        _touch(policy, at)
        after = {"acceptance": acceptance, "grace_days": policy.grace_days}
        detail = {"before": before, "after": after}
        journal.record("policies.policy.settled", actor=actor, obj=policy, detail=detail, at=at)
    return policy


def edit(
    *,
    actor: Actor,
    policy: Policy,
    texts: Mapping[str, Text],
    summary: str,
    material: bool,
    effective_at: datetime | None,
    revision: int,
    at: datetime,
) -> PolicyDraft:
    """Replace the draft. Raises Forbidden, Invalid, Changed."""
    access.require(actor, permits.WRITE)
    found, summary = _texts(texts), summary.strip()
    if len(summary) > content.SUMMARY_LIMIT:
        raise Invalid(fields={"summary": _("At most %(n)s characters.") % {"n": content.SUMMARY_LIMIT}})
    if effective_at is not None and not at < effective_at <= at + AHEAD:
        raise Invalid(fields={"effective_at": _("Choose a moment after now and within two years.")})
    with transaction.atomic():
        _locked(policy, None)
        draft = PolicyDraft.objects.select_for_update().get(policy=policy)
        if draft.revision != revision:
            raise Changed(_("Somebody else saved this draft since you opened it. Look at it again."))
        draft.texts = {one: text.stored for one, text in found.items()}
        draft.summary, draft.material, draft.effective_at = summary, material, effective_at
        draft.revision += 1
        _edited(draft, actor, at)
        draft.save()
        detail = {"draft": queries.draft_digest(draft)}
        journal.record("policies.policy.edited", actor=actor, obj=policy, detail=detail, at=at)
    return draft


@transaction.atomic
def archive(*, actor: Actor, policy: Policy, reason: str, at: datetime) -> Policy:
    """Take a policy out of force: nobody has to accept it any more; its versions stay readable. Again does nothing."""
    access.require(actor, permits.PUBLISH)
    policy = _locked(policy, None)
    if policy.archived_at is None:
        policy.archived_at = at
        _touch(policy, at)
        about = [journal.About(actor.id, {"reason": reason.strip()[:500]})] if actor.id and reason.strip() else []
        journal.record("policies.policy.archived", actor=actor, obj=policy, personal=about, at=at)
    return policy


def _texts(texts: Mapping[str, Text]) -> dict[str, Text]:
    """Cleaned; a language without words is left out. Raises Invalid."""
    found = {}
    for language, given in sorted(texts.items()):
        if language not in LANGUAGES:
            raise Invalid(
                fields={"language": _("“%(code)s” is no language that the panel knows.") % {"code": language}}
            )
        text = content.cleaned(given)
        if len(text.title) > content.TITLE_LIMIT:
            raise Invalid(fields={"title": _("A title has at most %(n)s characters.") % {"n": content.TITLE_LIMIT}})
        if len(text.body) > content.BODY_LIMIT or "\0" in text.body:
            raise Invalid(fields={"body": _("A text has at most %(n)s characters.") % {"n": content.BODY_LIMIT}})
        if text.title or text.body:
            found[language] = text
    return found


def _edited(draft: PolicyDraft, actor: Actor, at: datetime) -> None:
    draft.edited_by_kind, draft.edited_by_id, draft.edited_at = actor.kind, actor.id, at


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120:
        raise Invalid(fields={"name": _("Give it a name of at most 120 characters.")})
    return name


def _days(days: Any) -> int:
    if not isinstance(days, int) or not 0 <= days <= content.GRACE_LIMIT:
        raise Invalid(fields={"grace_days": _("From 0 to %(n)s days.") % {"n": content.GRACE_LIMIT}})
    return days


def _touch(policy: Policy, at: datetime) -> None:
    policy.revision += 1
    policy.changed_at = at
    policy.save()


def _locked(policy: Policy, revision: int | None) -> Policy:
    found = Policy.objects.select_for_update().get(id=policy.id)
    if revision is not None and found.revision != revision:
        raise Changed(_("Somebody changed this policy in the meantime. Look at it again."))
    return found
