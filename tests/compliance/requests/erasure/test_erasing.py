"""An erasure: approved by two, entered in the ledger, done store by store, proved by a search, and nobody else's data moves."""

import pytest

from accounts.approvals.models import Approval
from accounts.approvals.services import deciding
from accounts.people import queries as people
from accounts.people.models import User
from accounts.people.rules import State as AccountState
from assistants.conversations.models import Call, CallContent
from assistants.conversations.services import personal
from compliance.consent.models import Record
from compliance.requests.models import Erasure, Request, Verdict
from compliance.requests.queries import reading
from compliance.requests.rules.states import State
from compliance.requests.services import working
from compliance.requests.services.erasure import approving, executing
from compliance.requests.services.stores import every
from compliance.subjects.models import Subject, SubjectIdentifier
from compliance.subjects.rules import Kind
from compliance.subjects.services import naming
from panel.kernel import clock
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Refusal
from panel.kernel.registries import deletion
from panel.kernel.registries.deletion import Keep
from tests.compliance.consent.stage import give, make_purpose
from tests.compliance.requests.stage import (
    CANARY,
    account,
    approved,
    erased,
    fresh,
    in_work,
    run,
    said,
    visitor,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def outcome(row: Request, store: str) -> Verdict:
    return Verdict.objects.get(request=row, store=store)


def test_everything_of_the_person_goes_and_nothing_of_anybody_else(pia: User, adam: User) -> None:
    mine, other = visitor(), visitor("otto@example.org")
    said(mine.subject, CANARY)
    theirs = said(other.subject, "Something else entirely")
    before = CallContent.objects.filter(id=theirs).values().get()
    row = erased(mine, pia, adam)
    assert row.state == State.FULFILLED
    assert not CallContent.objects.filter(subject=mine.subject).exists()
    assert not SubjectIdentifier.objects.filter(subject_id=mine.subject).exists()
    assert executing.alive([mine.subject]) == 0
    assert CallContent.objects.filter(id=theirs).values().get() == before
    assert [one["said"] for one in personal.Contents().items(reading.person(other.subject))] == [
        "Something else entirely"
    ]


def test_statistics_stay_as_they_were_under_the_pseudonym(pia: User, adam: User) -> None:
    mine = visitor()
    call = said(mine.subject, CANARY)
    before = Call.objects.filter(id=call).values().get()
    erased(mine, pia, adam)
    assert Call.objects.filter(id=call).values().get() == before
    assert Subject.objects.filter(id=mine.subject).exists()


def test_an_account_becomes_a_stable_pseudonym_and_its_sessions_end(bob: User, pia: User, adam: User) -> None:
    purpose = make_purpose(pia)
    give(bob, purpose)
    row = erased(account(bob), pia, adam)
    assert row.state == State.FULFILLED, list(
        row.verdicts.filter(left__gt=0).values("store", "outcome", "left", "problem")
    )
    after = User.objects.get(id=bob.id)
    assert (after.state, after.email_address) == (AccountState.DISABLED, None)
    assert people.name(bob.id) == f"Erased person {bob.id.hex[-4:].upper()}"
    assert people.by_email("bob@example.test") is None
    assert Record.objects.count() == 1
    assert outcome(row, "consent.record").outcome == "retained"
    assert "Art. 7(1)" in outcome(row, "consent.record").ground


def test_wiping_keeps_the_account(bob: User, pia: User, adam: User) -> None:
    mine = account(bob)
    said(mine.subject, CANARY)
    row = erased(mine, pia, adam, kind="wipe")
    assert row.state == State.FULFILLED, list(
        row.verdicts.filter(left__gt=0).values("store", "outcome", "left", "problem")
    )
    assert people.name(bob.id) == "Bob"
    assert naming.subject_for(Kind.ACCOUNT, str(bob.id)) == mine.subject
    assert not CallContent.objects.filter(subject=mine.subject).exists()


def test_the_ledger_is_written_before_anything_goes(pia: User, adam: User) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    row = approved(in_work(mine, "deletion", pia), pia, adam)
    assert row.state == State.EXECUTING
    assert list(Erasure.objects.values_list("scope", "of")) == [("subject", mine.subject)]
    assert CallContent.objects.filter(subject=mine.subject).exists()


def test_nobody_approves_what_was_not_shown(pia: User, adam: User) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    row = in_work(mine, "deletion", pia)
    asked = approving.ask(actor=fresh(pia), request=row, reason="No ground to keep it", at=clock.now())
    said(mine.subject, "One more thing")
    with pytest.raises(Conflict):
        deciding.approve(actor=fresh(adam), approval=asked, seen=asked.digest, at=clock.now())
    approving.settle(at=clock.now())
    assert Request.objects.get(id=row.id).state == State.WORKING
    assert CallContent.objects.filter(subject=mine.subject).count() == 2
    assert not Erasure.objects.exists()


def test_the_asker_and_the_person_never_approve(pia: User, bob: User) -> None:
    row = in_work(account(bob), "deletion", pia)
    asked = approving.ask(actor=fresh(pia), request=row, reason="No ground to keep it", at=clock.now())
    for one in (pia, bob):
        with pytest.raises(Refusal):
            deciding.approve(actor=fresh(one), approval=asked, seen=asked.digest, at=clock.now())


def test_a_withdrawal_that_comes_first_wins(pia: User, adam: User) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    row = in_work(mine, "deletion", pia)
    asked = approving.ask(actor=fresh(pia), request=row, reason="No ground to keep it", at=clock.now())
    working.withdraw(visitor=mine, request=row, at=clock.now())
    with pytest.raises(Refusal):
        deciding.approve(actor=fresh(adam), approval=asked, seen=asked.digest, at=clock.now())
    assert CallContent.objects.filter(subject=mine.subject).exists()
    approving.settle(at=clock.now())
    assert Approval.objects.get(id=asked.id).state == "overtaken"


def test_after_it_began_nobody_withdraws(pia: User, adam: User) -> None:
    mine = visitor()
    row = approved(in_work(mine, "deletion", pia), pia, adam)
    with pytest.raises(Conflict):
        working.withdraw(visitor=mine, request=row, at=clock.now())


def test_a_held_item_stays_alone_and_goes_when_the_hold_ends(
    pia: User, adam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = visitor()
    kept, gone = said(mine.subject, CANARY), said(mine.subject, "Another matter")
    hold = [Keep(mine.subject, "Matter 31")]
    veto = [lambda targets: {one: hold for one in targets if one.id == kept}]
    monkeypatch.setattr(deletion, "_vetoes", veto)
    row = erased(mine, pia, adam)
    assert row.state == State.PARTIAL
    assert outcome(row, "conversations").outcome == "held"
    assert list(CallContent.objects.values_list("id", flat=True)) == [kept]
    assert gone != kept
    assert [one["said"] for one in personal.Contents().items(reading.person(mine.subject))] == [CANARY]
    veto.clear()
    approving.resume(clock.now())
    job = run("requests.erase", row)
    assert job.state == "done", job.error
    assert Request.objects.get(id=row.id).state == State.FULFILLED
    assert not CallContent.objects.exists()
    assert executing.alive([mine.subject]) == 0


def test_a_store_that_fails_makes_it_partial_and_is_tried_again(
    pia: User, adam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    store = every.named("letters")
    with monkeypatch.context() as broken:

        def away(*_args: object) -> None:
            raise ConnectionError

        broken.setattr(type(store), "erase", away)
        row = erased(mine, pia, adam)
    assert row.state == State.PARTIAL
    assert outcome(row, "letters").outcome == "unreachable"
    assert outcome(row, "conversations").outcome == "erased"
    assert executing.alive([mine.subject]) > 0
    working_row = approving.retry(actor=fresh(pia), request=row, at=clock.now())
    run("requests.erase", working_row)
    assert Request.objects.get(id=row.id).state == State.FULFILLED
    assert executing.alive([mine.subject]) == 0


def test_the_last_administrator_is_not_erased(adam: User, pia: User) -> None:
    row = in_work(account(adam), "deletion", pia)
    with pytest.raises(approving.LastAdministrator):
        approving.ask(actor=fresh(pia), request=row, reason="No ground to keep it", at=clock.now())
