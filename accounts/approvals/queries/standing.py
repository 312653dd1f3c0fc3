"""Which approvals somebody may see and decide, and what they say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.models import RoleGrant
from accounts.approvals.models import Approval, Decision, Deputy
from accounts.approvals.rules import kinds
from accounts.approvals.rules.kinds import Kind
from accounts.approvals.rules.permits import SEE_ALL
from accounts.approvals.rules.states import State
from accounts.duties import queries as duties
from accounts.duties.rules import CREATOR, Strength
from accounts.people import queries as people
from accounts.people.models import User
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring


def behind(user_id: UUID) -> set[UUID]:
    """A user and, for a service account, the person who answers for it."""
    found = people.service(user_id)
    return {user_id, found.responsible_id} if found and found.responsible_id else {user_id}


def _in_hand(actor: Actor, *, only: Iterable[Kind]) -> Q:
    """Approvals of these kinds for which the actor has the right to approve."""
    found, everywhere = Q(pk__in=[]), []
    for kind in only:
        if access.can(actor, kind.approve):
            everywhere.append(kind.name)
        elif kind.in_hand and access.may_enter(actor, kind.approve):
            found |= Q(kind=kind.name, object_id__in=kind.in_hand(actor))
    return found | Q(kind__in=everywhere) if everywhere else found


def decidable(actor: Actor, at: datetime) -> Q:
    """By the actor's own rights, or by those that somebody lends to their deputy."""
    every = kinds.registered().values()
    found = _in_hand(actor, only=every)
    lending = [kind for kind in every if kind.lends]
    for person in stands_in_for(actor, at) if lending else ():
        found |= _in_hand(Actor("person", person), only=lending) & ~Q(barred__contains=[str(person)])
    return found


def visible_to(actor: Actor, at: datetime) -> QuerySet[Approval]:
    """One's own, those that one may decide or has decided, and with the right to see all, all."""
    if access.can(actor, SEE_ALL):
        return Approval.objects.all()
    if actor.id is None:
        return Approval.objects.none()
    decided = Decision.objects.filter(person_id=actor.id).values("approval_id")
    return Approval.objects.filter(Q(asker_id=actor.id) | Q(id__in=decided) | decidable(actor, at))


def waiting_for(actor: Actor, at: datetime) -> QuerySet[Approval]:
    """Open approvals that this person may decide and has not decided."""
    if actor.kind != "person" or actor.id is None:
        return Approval.objects.none()
    rows = Approval.objects.filter(decidable(actor, at), state=State.OPEN, expires_at__gt=at)
    return rows.exclude(barred__contains=[str(actor.id)]).exclude(decisions__person_id=actor.id)


def waiting_about(obj: tuple[str, UUID], at: datetime) -> Approval | None:
    """What was asked about an object and waits, the newest; whoever sees the object may know that it waits."""
    rows = Approval.objects.filter(object_kind=obj[0], object_id=obj[1], state=State.OPEN, expires_at__gt=at)
    return rows.defer("effect", "facts", "reason", "answer").order_by("-asked_at").first()


def waiting_now(actor: Actor, at: datetime) -> list[Approval]:
    """The same as a list without what is sealed, what ends first at first, asked for once a page."""
    rows = waiting_for(actor, at).defer("effect", "facts", "reason", "answer").order_by("expires_at")[:100]
    return access.once(f"approvals.waiting:{actor.id}", lambda: list(rows))


def waiting_count(actor: Actor, at: datetime) -> int:
    return len(waiting_now(actor, at))


def stands_in_for(actor: Actor, at: datetime) -> list[UUID]:
    """Whose deputy a person is now. Not of those whose deputy these are: nothing is lent twice."""
    if actor.kind != "person" or actor.id is None:
        return []
    rows = Deputy.objects.filter(deputy_id=actor.id, starts_at__lte=at, ends_at__gt=at, ended_at__isnull=True)
    return list(rows.values_list("person_id", flat=True))


def deputies(actor: Actor) -> QuerySet[Deputy]:
    """Who stands or stood in for a person, and for whom they do."""
    return Deputy.objects.filter(Q(person_id=actor.id) | Q(deputy_id=actor.id))


def deputies_around(actor: Actor) -> list[Deputy]:
    """The same as a list, the newest first."""
    return list(deputies(actor).order_by("-starts_at", "-id")[:50])


def deputy_of(actor: Actor, deputy_id: UUID) -> Deputy | None:
    return deputies(actor).filter(id=deputy_id).first()


@dataclass(frozen=True)
class Stand:
    """Whether somebody may decide: `why_not` is a sentence, "" when they may; `lent_by`: by whose right; `warning`: what
    they should not do, and may."""

    why_not: str = ""
    lent_by: UUID | None = None
    warning: str = ""


def stand(actor: Actor, row: Approval, at: datetime) -> Stand:
    """Whether this person may approve or refuse this, apart from its state."""
    kind = kinds.registered().get(row.kind)
    if kind is None or actor.kind != "person" or actor.id is None:
        return Stand(_("Only a person decides this."))
    if sentence := _same_person(actor.id, row):
        return Stand(sentence)
    made = duties.strength(CREATOR) if _made_by(actor.id, kind, row) else Strength.OFF
    if made is Strength.FORBID:
        return Stand(_("You made what is to be approved. Somebody else decides."))
    target = kind.find(row.object_id) if kind.find and row.object_id else None
    if access.can(actor, kind.approve, target, at):
        return Stand(warning=_("You made what is to be approved.") if made is Strength.WARN else "")
    for person in stands_in_for(actor, at) if kind.lends else ():
        if not _same_person(person, row) and access.can(Actor("person", person), kind.approve, target, at):
            return Stand(lent_by=person)
    return Stand(_("You need the right “%(right)s” for this.") % {"right": kind.approve.title})


def _made_by(person: UUID, kind: Kind, row: Approval) -> bool:
    try:
        return person in set(kind.makers(row.effect))
    except keyring.KeyGone:
        return True


def _same_person(person: UUID, row: Approval) -> str:
    """Why these are not other eyes, "" when they are."""
    if row.asker_id and person in behind(row.asker_id):
        return _("You asked for this yourself. Somebody else decides.")
    if str(person) in row.barred:
        return _("This happens to you. Somebody else decides.")
    if row.asker_id and people.may_be_same(person, row.asker_id):
        return _("You and who asked have the same name or mailbox, as one person with two accounts has.")
    return ""


def may_still_ask(row: Approval, at: datetime) -> bool:
    """Whether who asked is still there and still has the right to ask."""
    if row.asker_id is None:
        return True
    kind = kinds.known(row.kind)
    target = kind.find(row.object_id) if kind.find and row.object_id else None
    asker = Actor("service" if row.asker_kind == "service" else "person", row.asker_id)
    return access.can(asker, kind.ask, target, at)


def approvers(row: Approval, at: datetime) -> set[UUID]:
    """Persons with the right to approve this, for letters: holders of the roles, and of a role on the object."""
    kind = kinds.known(row.kind)
    rows = RoleGrant.objects.in_force(at).filter(role__in=[one.value for one in kind.approve.roles])
    found = set(rows.values_list("user_id", flat=True))
    target = kind.find(row.object_id) if kind.find and row.object_id else None
    if target is not None and kind.approve.object_role is not None:
        found |= {one.user_id for one in access.grants_on(target)[0] if one.role >= kind.approve.object_role}
    active = User.objects.get_queryset().active().persons().filter(id__in=found).exclude(id__in=row.barred)
    return set(active.values_list("id", flat=True))
