"""Publish a draft as an immutable version; go back to an older one in one step."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.access import services as access
from assistants.catalog.models import Assistant, AssistantVersion, Draft, Publication
from assistants.catalog.queries import versions
from assistants.catalog.rules import permits
from assistants.catalog.rules.content import Content
from assistants.catalog.rules.states import Move, after
from assistants.catalog.services import pinned
from assistants.catalog.services.changes import NotPossible, locked, touch
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Invalid


class NotPublishable(Invalid):
    """The draft lacks something; `fields` says what."""

    code = "not_publishable"


class NothingChanged(Conflict):
    """The draft has the content of the live version."""

    code = "nothing_changed"


def publish(
    *, actor: Actor, assistant: Assistant, message: str, at: datetime, draft_revision: int | None = None
) -> Publication:
    """Freeze the draft and let new calls use it at once.

    A draft with the content of an older version brings that version back instead of making a twin. A stopped assistant
    stays stopped. Every pinned test runs first. Raises Forbidden, NotPublishable, NothingChanged, TestsFail, NotPossible.
    """
    access.require(actor, permits.PUBLISH, assistant)
    message = _said(message)
    with transaction.atomic():
        assistant = locked(assistant)
        draft = Draft.objects.select_for_update(of=("self",)).get(assistant=assistant)
        if draft_revision is not None and draft.revision != draft_revision:
            raise NotPossible(_("The draft changed since you looked at it. Read it again before you publish."))
        content = _content(draft)
        version = AssistantVersion.objects.filter(assistant=assistant, digest=content.digest()).first()
        if version and version.id == assistant.live_version_id:
            raise NothingChanged(_("The draft says the same as the live version. There is nothing to publish."))
        results = pinned.require_passing(assistant, content)
        version = version or _freeze(assistant, content, actor, message, at)
        pinned.store(version, results, at)
        draft.base = version
        draft.save(update_fields=["base"])
        return _go_live(assistant, version, Publication.Kind.PUBLISH, actor, message, at)


def roll_back(
    *, actor: Actor, assistant: Assistant, version: AssistantVersion, message: str, at: datetime
) -> Publication:
    """Make an older version live again. The draft stays as it is. Raises Forbidden, NothingChanged, NotPossible."""
    access.require(actor, permits.PUBLISH, assistant)
    message = _said(message)
    with transaction.atomic():
        assistant = locked(assistant)
        if version.assistant_id != assistant.id:
            raise NotPossible(_("This version belongs to another assistant."))
        if version.id == assistant.live_version_id:
            raise NothingChanged(_("This version is live already."))
        return _go_live(assistant, version, Publication.Kind.ROLLBACK, actor, message, at)


def _go_live(
    assistant: Assistant, version: AssistantVersion, kind: Publication.Kind, actor: Actor, message: str, at: datetime
) -> Publication:
    state = after(assistant.state, Move.PUBLISH, published=assistant.live_version_id is not None)
    if state is None:
        raise NotPossible(_("An archived assistant cannot be published. Bring it back first."))
    assistant.state, assistant.live_version = state, version
    touch(assistant, at, "state", "live_version")
    publication = Publication.objects.create(
        id=ids.new_id(at),
        assistant=assistant,
        version=version,
        kind=kind,
        key_id=assistant.key_id,
        message=message,
        by_kind=actor.kind,
        by_id=actor.id,
        at=at,
    )
    event = "catalog.version.published" if kind == Publication.Kind.PUBLISH else "catalog.version.rolled_back"
    detail = {"number": version.number, "digest": version.digest}
    journal.record(event, actor=actor, obj=assistant, detail=detail, at=at)
    return publication


def _freeze(assistant: Assistant, content: Content, actor: Actor, message: str, at: datetime) -> AssistantVersion:
    newest = AssistantVersion.objects.filter(assistant=assistant).aggregate(newest=Max("number"))["newest"] or 0
    return AssistantVersion.objects.create(
        id=ids.new_id(at),
        assistant=assistant,
        number=newest + 1,
        digest=content.digest(),
        key_id=assistant.key_id,
        content=content.canonical().decode(),
        provider_id=content.provider,
        policy_id=content.policy,
        model=content.model,
        message=message,
        author_kind=actor.kind,
        author_id=actor.id,
        created_at=at,
        epoch=epochs.bump(),
    )


def _content(draft: Draft) -> Content:
    missing = {
        "system_prompt": _("Say what the assistant is for.") if not draft.system_prompt.strip() else "",
        "provider": _("Choose a provider.") if draft.provider_id is None else "",
        "model": _("Name the provider's model.") if not draft.model else "",
        "policy": _("Choose a guard policy.") if draft.policy_id is None else "",
    }
    found = {name: sentence for name, sentence in missing.items() if sentence}
    if found:
        raise NotPublishable(fields=found)
    return versions.content_of_draft(draft)


def _said(message: str) -> str:
    message = message.strip()
    if not 1 <= len(message) <= 500:
        raise Invalid(fields={"message": _("Say what changed and why, in at most 500 characters.")})
    return message
