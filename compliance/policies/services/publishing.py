"""Publishing: asked by one person, approved by another, of exactly these words."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.approvals.models import Approval
from accounts.approvals.services import asking
from compliance.policies import queries
from compliance.policies.models import Policy, PolicyDraft, PolicyVersion
from compliance.policies.rules import content, permits
from compliance.policies.rules.content import Text
from compliance.policies.services.drafts import Changed
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid

KIND = "policies.publish"


class NothingNew(Conflict):
    """The draft says what the last version says."""

    code = "policy_nothing_new"


def ask(*, actor: Actor, policy: Policy, reason: str, at: datetime) -> Approval:
    """Ask that a second person publishes the draft as it is. Raises Forbidden, Invalid, NothingNew, and what asking refuses."""
    access.require(actor, permits.WRITE)
    draft = policy.draft
    _publishable(policy, draft, at)
    effect = {"policy": str(policy.id), "draft": queries.draft_digest(draft)}
    return asking.ask(actor=actor, kind=KIND, obj=policy.journal_ref, effect=effect, reason=reason, at=at)


def publish(*, policy_id: UUID, digest: str, actor: Actor, approval_id: UUID | None, at: datetime) -> PolicyVersion:
    """Make the draft, if it is still the one named by `digest`, the next version. For the approval, inside its
    transaction. Raises Changed, NothingNew, Invalid."""
    policy = Policy.objects.select_for_update().get(id=policy_id)
    draft = PolicyDraft.objects.select_for_update().get(policy=policy)
    if queries.draft_digest(draft) != digest:
        raise Changed(_("The draft has changed since then."))
    texts = _publishable(policy, draft, at)
    made = _version(policy, draft, texts, approval_id, at)
    draft.summary, draft.effective_at, draft.revision = "", None, draft.revision + 1
    draft.save(update_fields=["summary", "effective_at", "revision"])
    detail = {
        "number": made.number,
        "digest": made.digest,
        "material": made.material,
        "effective_at": made.effective_at.isoformat(),
    }
    journal.record("policies.version.published", actor=actor, obj=policy, detail=detail, at=at)
    return made


def _publishable(policy: Policy, draft: PolicyDraft, at: datetime) -> dict[str, Text]:
    """The texts of a draft that can be published. Raises Conflict, Invalid, NothingNew."""
    if policy.archived_at is not None:
        raise Conflict(_("This policy is archived."))
    texts = {language: Text.of(text) for language, text in draft.texts.items()}
    if not texts or any(not text.title or not text.body for text in texts.values()):
        raise Invalid(_("Write a title and a text in at least one language."), code="policy_empty")
    if left := content.blanks(texts):
        raise Invalid(
            _("Fill in what is left open: %(places)s") % {"places": ", ".join(left[:5])}, code="policy_blanks"
        )
    if draft.effective_at is not None and draft.effective_at < at - timedelta(days=1):
        raise Invalid(_("The day on which it takes effect has passed. Choose another one."), code="policy_day_passed")
    last = policy.versions.order_by("-number").first()
    if last is not None and last.texts == draft.texts:
        raise NothingNew(_("The draft says what version %(n)s says.") % {"n": last.number})
    return texts


def _version(
    policy: Policy, draft: PolicyDraft, texts: dict[str, Text], approval_id: UUID | None, at: datetime
) -> PolicyVersion:
    effective_at = max(draft.effective_at or at, at)
    number = (policy.versions.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    return PolicyVersion.objects.create(
        id=ids.new_id(at),
        policy=policy,
        number=number,
        digest=content.version_digest(
            policy.slug, texts, effective_at=effective_at, material=draft.material, summary=draft.summary
        ),
        texts=draft.texts,
        digests={one: content.text_digest(policy.slug, one, text) for one, text in texts.items()},
        summary=draft.summary,
        material=draft.material or number == 1,
        effective_at=effective_at,
        published_at=at,
        author_kind=draft.edited_by_kind,
        author_id=draft.edited_by_id,
        approval_id=approval_id,
    )
