"""Giving, withdrawing, hearing a signal: one line in the ledger each, and the standing that the gateway follows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.consent import queries
from compliance.consent.models import Purpose, PurposeVersion, Record, Standing
from compliance.consent.rules import permits
from compliance.consent.rules.purposes import Basis
from compliance.consent.rules.states import Act, State, is_repeat, step
from compliance.consent.services.ledger import Drawn, Shown, stand, write
from compliance.subjects import queries as subjects
from compliance.subjects.models import Subject
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Forbidden, Invalid, Refusal
from panel.kernel.steps import NotListedError

CHANNELS = frozenset({"chat", "centre", "api", "document", "signal"})


class NotPossible(Conflict):
    """The act is not possible in the state that the consent is in."""

    code = "consent_not_possible"


class OtherWords(Conflict):
    """The words that were shown are not those in force any more."""

    code = "consent_other_words"


class TooYoung(Invalid):
    code = "consent_age"


class NotYours(Forbidden):
    """Nobody gives or withdraws for somebody else."""

    code = "consent_not_yours"


def give(
    *,
    actor: Actor,
    subject: UUID,
    purpose: Purpose,
    shown: Shown,
    channel: str,
    at: datetime,
    age_confirmed: bool = False,
) -> Record:
    """An affirmative act of the subject; the next call passes. Raises NotYours, NotPossible, OtherWords, TooYoung. Again is
    no change."""
    with _tried(actor, subject, purpose, Act.GIVE, at):
        with transaction.atomic():
            _require_own(actor, subject)
            found = _write(actor, subject, purpose, Act.GIVE, shown, channel, at, age_confirmed=age_confirmed)
        hold(found)
    return found


def withdraw(*, actor: Actor, subject: UUID, purpose: Purpose, channel: str, at: datetime) -> Record:
    """Take it back. Returns when every live worker of the gateway follows, after one second at most; workers that stay
    silent refuse by themselves. Raises NotYours, NotPossible. Again is no change."""
    with _tried(actor, subject, purpose, Act.WITHDRAW, at):
        with transaction.atomic():
            _require_own(actor, subject)
            found = _write(actor, subject, purpose, Act.WITHDRAW, None, channel, at)
        hold(found)
    return found


def pass_on(
    *,
    actor: Actor,
    subject: UUID,
    purpose: Purpose,
    act: Act,
    shown: Shown | None,
    evidence: str,
    at: datetime,
    age_confirmed: bool = False,
) -> Record:
    """What an end user chose in an application that vouches for them, with its own evidence (when and where they saw the
    words), sealed. Call `hold` after the commit. Raises Forbidden, NotYours, NotPossible, OtherWords, TooYoung."""
    access.require(actor, permits.VOUCH)
    with _tried(actor, subject, purpose, act, at), transaction.atomic():
        _require_own(actor, subject)
        return _write(
            actor, subject, purpose, act, shown, "api", at, age_confirmed=age_confirmed, source=evidence or None
        )


def hold(row: Record) -> None:
    """Wait until every live worker of the gateway follows, one second at most; within a transaction there is nothing to
    wait for yet."""
    if not connection.in_atomic_block:
        epochs.wait(queries.standings(row.subject_id)[row.purpose_id].epoch)


def record(
    *, actor: Actor, subject: UUID, purpose: Purpose, act: Act, language: str, source: str, at: datetime
) -> Record:
    """Enter from a document (a signed form, a letter) what the subject chose; `source` names the document. Staff never give
    for somebody. Raises Forbidden, Invalid, NotPossible."""
    access.require(actor, permits.RECORD)
    source = source.strip()
    if not 10 <= len(source) <= 1_000:
        raise Invalid(
            fields={"source": _("Name the document in 10 to 1,000 characters: what, from when, where it is.")}
        )
    version = queries.version_now(purpose)
    if language not in version.digests:
        raise Invalid(fields={"language": _("The purpose has no words in this language.")})
    notice = queries.notice_now(purpose, at)
    shown = Shown(language, version.digests[language], notice.digests.get(language, "") if notice else "")
    with _tried(actor, subject, purpose, act, at):
        with transaction.atomic():
            found = _write(actor, subject, purpose, act, shown, "document", at, age_confirmed=True, source=source)
        hold(found)
    return found


def signal(*, subject: UUID, actor: Actor, at: datetime) -> list[Record]:
    """A Global Privacy Control signal of this subject: purposes of sharing are withdrawn, asked about or not, each noted
    once."""
    found = []
    for purpose in Purpose.objects.shared():
        if queries.written(subject, purpose) is not State.WITHDRAWN:
            with transaction.atomic():
                found.append(_write(actor, subject, purpose, Act.SIGNAL, None, "signal", at))
    if found:
        epochs.wait(max(one.epoch for one in queries.standings(subject).values()))
    return found


def _require_own(actor: Actor, subject: UUID) -> None:
    """The subject, in a session of its own or by an application that vouches for its end user."""
    if not queries.is_own(actor, subject):
        raise NotYours(_("Only the person concerned can choose this."))


@contextmanager
def _tried(actor: Actor, subject: UUID, purpose: Purpose, act: Act, at: datetime) -> Iterator[None]:
    """An attempt that was refused is journalled and changes nothing."""
    try:
        yield
    except Refusal as refusal:
        with transaction.atomic():
            detail = {"act": act.value, "why": refusal.code, "subject": str(subject)}
            journal.record("consent.choice.refused", actor=actor, obj=purpose, detail=detail, at=at)
        raise


def _write(
    actor: Actor,
    subject_id: UUID,
    purpose: Purpose,
    act: Act,
    shown: Shown | None,
    channel: str,
    at: datetime,
    *,
    age_confirmed: bool = False,
    source: str | None = None,
) -> Record:
    """Under a lock of this subject and purpose: of two at once one wins, and the other sees what it left."""
    if channel not in CHANNELS:
        raise ValueError(f"{channel!r} is no channel.")
    subject_id = subjects.person_of(subject_id)
    epochs.lock(f"consent:{subject_id}:{purpose.id}")
    purpose = Purpose.objects.select_related("notice").get(id=purpose.id)
    subject = Subject.objects.get(id=subject_id)
    now = queries.state(subject_id, purpose, at)
    last = queries.standings(subject_id).get(purpose.id)
    if is_repeat(now, act) and last is not None:
        return last.record
    try:
        after = step(now, act)
    except NotListedError as error:
        raise NotPossible(_not_possible(act)) from error
    version, notice = queries.version_now(purpose), queries.notice_now(purpose, at)
    if act is Act.GIVE:
        _require_givable(purpose, now, version, notice, shown, age_confirmed=age_confirmed)
    seen = shown or Shown(*_as_last(last, version))
    drawn = Drawn(actor, subject, purpose, act, version, notice, seen, channel, at)
    row = write(drawn, after, age_confirmed=age_confirmed, source=source)
    stand(row, after, at)
    return row


def _require_givable(
    purpose: Purpose, now: State, version: PurposeVersion, notice: object, shown: Shown | None, *, age_confirmed: bool
) -> None:
    """What rests on no consent can only be allowed again, by whoever objected to it."""
    objected = purpose.basis != Basis.CONSENT and now is State.WITHDRAWN
    if purpose.retired_at is not None or not (purpose.basis == Basis.CONSENT or objected):
        raise NotPossible(_("Nothing is asked for this purpose."))
    if shown is None or version.digests.get(shown.language) != shown.words:
        raise OtherWords(_("The words have changed since they were shown. Read them again."))
    in_force = set(getattr(notice, "digests", {}).values())
    if notice is not None and shown.notice not in in_force:
        raise OtherWords(_("The privacy notice has changed since it was shown. Read it again."))
    if purpose.age and not age_confirmed:
        raise TooYoung(fields={"age": _("Only from the age of %(n)s.") % {"n": purpose.age}})


def _as_last(last: Standing | None, version: PurposeVersion) -> tuple[str, str, str]:
    """Withdrawing needs no words: it is about those of the consent."""
    if last is not None:
        return last.record.language, last.record.words, last.record.notice_words
    language = min(version.digests)
    return language, version.digests[language], ""


def _not_possible(act: Act) -> str:
    if act is Act.WITHDRAW:
        return _("Nothing was given that could be withdrawn.")
    return _("This is not possible now. Look at your choices again.")
