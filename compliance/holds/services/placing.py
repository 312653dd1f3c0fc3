"""Placing holds, widening them, discarding what was never approved.

The lock `holds` comes first in each transaction: deletions under way end before it, later ones see the hold.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.approvals.services import asking
from compliance.holds.models import Hold, Line, Version
from compliance.holds.rules import permits, scope, states
from compliance.holds.rules.scope import Kind
from compliance.holds.rules.states import Act, State
from compliance.subjects import queries as subjects
from compliance.subjects.rules import Kind as Name
from panel.journal import services as journal
from panel.kernel import ids, jobs
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs, holding
from panel.kernel.errors import Conflict, Invalid
from panel.kernel.steps import NotListedError

PANEL_KEY = "subject:holds"
PLACE = "holds.place"
LEDGER = "ops.backup_erasures"
"""The job that writes the ledger beside the backups, so that a hold outlives a restore."""


class NotPossible(Conflict):
    """The hold is in another state."""

    code = "hold_not_possible"


@dataclass(frozen=True)
class Wanted:
    """A hold as somebody describes it."""

    reference: str
    title: str
    reason: str
    lines: Sequence[scope.Line]


def place(*, actor: Actor, wanted: Wanted, at: datetime) -> Hold:
    """Place a hold: effective on every way to delete when this returns. One over the whole organisation waits for a second
    person. Raises Forbidden, NeedsFreshFactor, Invalid."""
    access.require(actor, permits.PLACE)
    _require_words(wanted)
    lines = known(wanted.lines)
    with transaction.atomic():
        epochs.lock(holding.LOCK)
        hold = _made(actor, wanted, at)
        write(hold, lines, actor=actor, reason=wanted.reason.strip(), at=at)
        if scope.needs_two(lines):
            journal.record("holds.hold.drafted", actor=actor, obj=hold, detail=_told(hold, lines), at=at)
            effect = {"hold": str(hold.id)}
            asking.ask(actor=actor, kind=PLACE, obj=hold.journal_ref, effect=effect, reason=wanted.reason, at=at)
        else:
            activate(actor=actor, hold=hold, at=at)
    return hold


def activate(*, actor: Actor, hold: Hold, at: datetime) -> None:
    """Make a draft effective, in the caller's transaction. Raises NotPossible."""
    epochs.lock(holding.LOCK)
    row = Hold.objects.select_for_update().get(id=hold.id)
    if not moved(row, Act.PLACE):
        return
    row.placed_at = row.changed_at = at
    row.save(update_fields=["state", "placed_at", "changed_at"])
    hold.state, hold.placed_at = row.state, row.placed_at
    lines = [one.kind for one in Line.objects.filter(hold=row)]
    detail = {"reference": row.reference, "kinds": sorted(set(lines)), "lines": len(lines)}
    journal.record("holds.hold.placed", actor=actor, obj=row, detail=detail, at=at)
    _note_down()


def widen(*, actor: Actor, hold: Hold, lines: Sequence[scope.Line], reason: str, at: datetime) -> Version:
    """A new version that covers more; what was covered stays covered. Raises Forbidden, Invalid, NotPossible."""
    access.require(actor, permits.PLACE)
    require_reason(reason)
    wanted = known(lines)
    if scope.needs_two(wanted):
        raise Invalid(fields={"kind": _("A hold over the whole organisation is placed as one of its own.")})
    with transaction.atomic():
        epochs.lock(holding.LOCK)
        row = Hold.objects.select_for_update().get(id=hold.id)
        if State(row.state) not in states.EFFECTIVE:
            raise NotPossible(_("Only a hold that is in force can be widened."))
        row.revision, row.changed_at = row.revision + 1, at
        row.save(update_fields=["revision", "changed_at"])
        made = write(row, wanted, actor=actor, reason=reason.strip(), at=at)
        journal.record("holds.hold.widened", actor=actor, obj=row, detail=_told(row, wanted), at=at)
        _note_down()
    return made


def _note_down() -> None:
    """After the commit; a hold is placed even where no job can be sent, and the next hour brings the same job."""
    transaction.on_commit(partial(jobs.send, LEDGER), robust=True)


def discard(*, actor: Actor, hold: Hold, at: datetime) -> Hold:
    """Drop a draft that nobody approved; it stays listed. Again is no change. Raises Forbidden, NotPossible."""
    access.require(actor, permits.PLACE)
    with transaction.atomic():
        row = Hold.objects.select_for_update().get(id=hold.id)
        if moved(row, Act.DISCARD):
            row.changed_at = at
            row.save(update_fields=["state", "changed_at"])
            journal.record("holds.hold.discarded", actor=actor, obj=row, at=at)
    return row


def moved(row: Hold, act: Act) -> bool:
    """Take a step; False for a repeat, which does nothing. Raises NotPossible."""
    state = State(row.state)
    if states.is_repeat(state, act):
        return False
    try:
        row.state = states.step(state, act)
    except NotListedError:
        sentence = _("This is not possible: the hold is in the state “%(state)s”.")
        raise NotPossible(sentence % {"state": states.WORDS[state]}) from None
    return True


def known(lines: Sequence[scope.Line]) -> list[scope.Line]:
    """The lines, a person's with every id that is the same person. Raises Invalid."""
    if not 1 <= len(lines) <= scope.LINES_AT_MOST:
        raise Invalid(fields={"kind": _("A hold covers from 1 to %(n)s things.") % {"n": scope.LINES_AT_MOST}})
    found: list[scope.Line] = []
    for line in lines:
        field, sentence = scope.problem(line)
        if sentence:
            raise Invalid(fields={field: sentence})
        if line.kind is not Kind.SUBJECT or line.value is None:
            found.append(line)
            continue
        if subjects.subject(line.value) is None:
            raise Invalid(fields={"value": _("There is no such person.")})
        found += [replace(line, value=one) for one in _person(line.value)]
    return list(dict.fromkeys(found))


def _person(subject: UUID) -> list[UUID]:
    """Every id of the person: subjects that are one, and their accounts, whose keys and rows carry the account's id."""
    together = subjects.together(subject)
    names = [one for each in together for one in subjects.identifiers(each)]
    return [*together, *(UUID(one.value) for one in names if one.kind == Name.ACCOUNT)]


def require_reason(reason: str) -> None:
    if not 10 <= len(reason.strip()) <= scope.REASON_LIMIT:
        raise Invalid(fields={"reason": _("Say in at least ten characters why this must be kept.")})


def _require_words(wanted: Wanted) -> None:
    fields = {}
    if not re.fullmatch(scope.REFERENCE, wanted.reference):
        fields["reference"] = _("Letters, digits, spaces and . / _ - only, at most 40, such as M-2026-014.")
    if not 1 <= len(wanted.title.strip()) <= scope.TITLE_LIMIT:
        fields["title"] = _("A title has from 1 to %(n)s characters.") % {"n": scope.TITLE_LIMIT}
    if fields:
        raise Invalid(fields=fields)
    require_reason(wanted.reason)


def _made(actor: Actor, wanted: Wanted, at: datetime) -> Hold:
    hold = Hold(
        id=ids.new_id(at), reference=wanted.reference, key_id=keyring.named(PANEL_KEY), made_at=at, changed_at=at
    )
    hold.title = wanted.title.strip()
    hold.placed_by_kind, hold.placed_by_id = actor.kind, actor.id
    try:
        with transaction.atomic():
            hold.save(force_insert=True)
    except IntegrityError:
        raise Invalid(fields={"reference": _("There is a hold with this reference already.")}) from None
    return hold


def write(hold: Hold, lines: Sequence[scope.Line], *, actor: Actor, reason: str, at: datetime) -> Version:
    version = Version(
        id=ids.new_id(at),
        hold=hold,
        number=hold.revision,
        key_id=hold.key_id,
        by_kind=actor.kind,
        by_id=actor.id,
        at=at,
    )
    version.reason = reason
    version.save(force_insert=True)
    Line.objects.bulk_create(
        Line(id=ids.new_id(), version=version, hold=hold, kind=line.kind, **line.columns) for line in lines
    )
    return version


def _told(hold: Hold, lines: Sequence[scope.Line]) -> dict[str, object]:
    kinds = sorted({line.kind.value for line in lines})
    return {"reference": hold.reference, "version": hold.revision, "kinds": kinds, "lines": len(lines)}


def of(hold_id: UUID | str) -> Hold:
    return Hold.objects.get(id=hold_id)
