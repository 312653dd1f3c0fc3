"""What those who run a chat may know: links that are out, what people wrote, and whether everybody was told of the AI."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access import queries as access
from assistants.catalog.models import Assistant
from assistants.catalog.queries import assistants
from assistants.chat.models import Invitation, Note, Session, Setting, Turn
from assistants.chat.rules import permits
from panel.kernel.actors import Actor
from panel.kernel.crypto.keyring import KeyGone
from panel.kernel.errors import Missing

GONE = "–"


def invitations(assistant: Assistant) -> list[Invitation]:
    """Newest first."""
    return list(Invitation.objects.filter(assistant=assistant).order_by("-id")[:100])


def invitation(assistant: Assistant, invitation_id: UUID) -> Invitation:
    """Raises Missing."""
    found = Invitation.objects.select_related("assistant").filter(assistant=assistant, id=invitation_id).first()
    if found is None:
        raise Missing(_("There is no such invitation."))
    return found


def notes(assistant: Assistant) -> QuerySet[Note]:
    return Note.objects.filter(assistant=assistant).select_related("turn")


def note(assistant: Assistant, note_id: UUID) -> Note:
    """Raises Missing."""
    found = Note.objects.select_related("assistant").filter(assistant=assistant, id=note_id).first()
    if found is None:
        raise Missing(_("There is no such message."))
    return found


def words_of(row: Note) -> str:
    try:
        return str(row.words)
    except KeyGone:
        return GONE


def reply_of(row: Note) -> str:
    try:
        return str(row.reply_to or "")
    except KeyGone:
        return GONE


@dataclass(frozen=True, slots=True)
class Ratings:
    good: int
    bad: int


def ratings(assistant: Assistant) -> Ratings:
    rows = Turn.objects.filter(chat__assistant=assistant, chat__gone_at__isnull=True)
    found = rows.aggregate(good=Count("id", filter=Q(rating=1)), bad=Count("id", filter=Q(rating=-1)))
    return Ratings(**found)


@dataclass(frozen=True, slots=True)
class Covered:
    """One assistant in the report: sessions in all, told of the AI, that said something, that did so untold (always 0, the
    database refuses it), and since when."""

    pk: UUID
    name: str
    active: bool
    sessions: int
    told: int
    spoke: int
    untold: int
    since: datetime | None


def coverage(actor: Actor) -> list[Covered]:
    """Every assistant that the actor sees and that has a chat."""
    if not access.can(actor, permits.COVER):
        return []
    settings = {one.assistant_id: one for one in Setting.objects.filter(assistant__in=assistants.visible_to(actor))}
    names = dict(Assistant.objects.filter(id__in=settings).values_list("id", "name"))
    return [_covered(one, settings[one], names[one], counts) for one, counts in _counted(settings).items()]


def _counted(wanted: Iterable[UUID]) -> dict[UUID, dict[str, int | datetime | None]]:
    untold = Q(first_at__isnull=False) & (Q(told_at__isnull=True) | Q(told_at__gt=F("first_at")))
    rows = Session.objects.filter(assistant__in=list(wanted)).order_by().values("assistant_id")
    sums = rows.annotate(
        sessions=Count("id"),
        told=Count("id", filter=Q(told_at__isnull=False)),
        spoke=Count("id", filter=Q(first_at__isnull=False)),
        untold=Count("id", filter=untold),
        since=Min("opened_at"),
    )
    empty: dict[str, int | datetime | None] = {"sessions": 0, "told": 0, "spoke": 0, "untold": 0, "since": None}
    found = {one: dict(empty) for one in wanted}
    row: dict[str, Any]
    for row in sums:  # type: ignore[assignment]
        found[row["assistant_id"]] = {name: value for name, value in row.items() if name in empty}
    return found


def _covered(key: UUID, setting: Setting, name: str, counts: dict[str, int | datetime | None]) -> Covered:
    return Covered(key, name, setting.active, **counts)  # type: ignore[arg-type]
