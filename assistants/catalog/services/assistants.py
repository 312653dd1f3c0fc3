"""Make, describe, archive and bring back assistants."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.grants import services as grants
from accounts.people import queries as people
from assistants.catalog.models import Assistant, Draft
from assistants.catalog.queries import parts
from assistants.catalog.rules import permits
from assistants.catalog.rules.content import SLUG
from assistants.catalog.rules.states import Move, after
from assistants.catalog.services.changes import NotPossible, SlugTaken, locked, said, touch
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs
from panel.kernel.errors import Invalid


def create(
    *, actor: Actor, name: str, slug: str, at: datetime, description: str = "", team_id: UUID | None = None
) -> Assistant:
    """A new assistant with an empty draft; a person or service who makes it owns it."""
    access.require(actor, permits.ADD)
    name, slug = _named(name), _slugged(slug)
    _known(team_id)
    assistant_id = ids.new_id(at)
    owner_id = actor.id if actor.kind in {"person", "service"} else None
    try:
        with transaction.atomic():
            assistant = Assistant.objects.create(
                id=assistant_id,
                slug=slug,
                name=name,
                description=description.strip(),
                owner_id=owner_id,
                team_id=team_id,
                key_id=keyring.create("assistant", owners=(assistant_id,)),
                epoch=epochs.bump(),
                created_at=at,
                changed_at=at,
            )
            _first_draft(assistant, actor, at)
            if owner_id:
                grants.own(assistant, people.user(owner_id), permits.SHARE, _("Made it"), at)
            journal.record("catalog.assistant.created", actor=actor, obj=assistant, detail={"slug": slug}, at=at)
    except IntegrityError as error:
        if "slug" not in str(error):
            raise
        raise SlugTaken(_("The model name “%(slug)s” is taken.") % {"slug": slug}) from error
    return assistant


def describe(
    *,
    actor: Actor,
    assistant: Assistant,
    name: str,
    description: str,
    team_id: UUID | None,
    at: datetime,
    revision: int | None = None,
) -> Assistant:
    """Change name, description and team. The slug stays: clients call by it."""
    access.require(actor, permits.EDIT, assistant)
    name = _named(name)
    _known(team_id)
    with transaction.atomic():
        assistant = locked(assistant, revision)
        assistant.name, assistant.description, assistant.team_id = name, description.strip(), team_id
        touch(assistant, at, "name", "description", "team")
        journal.record("catalog.assistant.described", actor=actor, obj=assistant, at=at)
    return assistant


def archive(*, actor: Actor, assistant: Assistant, reason: str, at: datetime) -> Assistant:
    """No calls, no edits; versions and traces stay. Can be brought back."""
    access.require(actor, permits.ARCHIVE, assistant)
    return _move(actor, assistant, Move.ARCHIVE, reason, at)


def restore(*, actor: Actor, assistant: Assistant, reason: str, at: datetime) -> Assistant:
    """Back from the archive, stopped: traffic starts by resuming only."""
    access.require(actor, permits.ARCHIVE, assistant)
    return _move(actor, assistant, Move.RESTORE, reason, at)


def _move(actor: Actor, assistant: Assistant, move: Move, reason: str, at: datetime) -> Assistant:
    with transaction.atomic():
        assistant = locked(assistant)
        state = after(assistant.state, move, published=assistant.live_version_id is not None)
        if state is None:
            raise NotPossible(_("The assistant is in another state by now. Look at it again."))
        assistant.state = state
        assistant.stopped_reason = reason.strip()[:300] or None
        assistant.stopped_by_kind, assistant.stopped_by_id, assistant.stopped_at = actor.kind, actor.id, at
        touch(assistant, at, "state", "stopped_reason", "stopped_by_kind", "stopped_by_id", "stopped_at")
        event = "catalog.assistant.archived" if move is Move.ARCHIVE else "catalog.assistant.restored"
        journal.record(event, actor=actor, obj=assistant, personal=said(actor, reason.strip()), at=at)
    return assistant


def _first_draft(assistant: Assistant, actor: Actor, at: datetime) -> None:
    Draft.objects.create(
        assistant=assistant,
        key_id=assistant.key_id,
        system_prompt="",
        edited_by_kind=actor.kind,
        edited_by_id=actor.id,
        edited_at=at,
    )


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise Invalid(fields={"name": _("Give it a name of at most 80 characters.")})
    return name


def _known(team_id: UUID | None) -> None:
    if team_id is not None and team_id not in dict(parts.teams()):
        raise Invalid(fields={"team_id": _("There is no such team.")})


def _slugged(slug: str) -> str:
    if not SLUG.fullmatch(slug):
        raise Invalid(fields={"slug": _("Use small letters, digits and hyphens, at most 63, such as support-desk.")})
    return slug
