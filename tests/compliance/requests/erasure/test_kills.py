"""An erasure that is killed goes on where it was; a restored database erases again; late answers bring nobody back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from accounts.people import queries as people
from accounts.people.models import User
from assistants.conversations.models import Call, CallContent
from assistants.conversations.services import late
from compliance.requests.models import Erasure, Request
from compliance.requests.queries import reading
from compliance.requests.rules.states import State
from compliance.requests.services import tending
from compliance.requests.services.erasure import executing, replays
from compliance.requests.services.stores import every
from compliance.subjects.models import SubjectIdentifier
from compliance.subjects.rules import Kind
from compliance.subjects.services.naming import Name, subject_for
from panel.journal.models import Leaf
from panel.kernel import clock, ids
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs
from panel.kernel.installation import installation_id
from panel.kernel.models import DataKey, Job
from panel.ops.backups import restoring
from tests.compliance.requests.stage import CANARY, EMAIL, account, approved, erased, in_work, run, said, visitor

pytestmark = pytest.mark.django_db
STEPS = 10


class Kill(BaseException):
    """What `kill -9` leaves: nothing of the step, everything before."""


class Fake:
    """A run that dies at its n-th report."""

    def __init__(self, at: int) -> None:
        self.left = at

    def progress(self, *_args: Any, **_words: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raise Kill

    def checkpoint(self, _state: Any) -> None:
        return


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def places() -> list[int]:
    """Ten places over all the steps, the first and the last among them."""
    count = len(every.every()) + 2
    return sorted({1 + round(number * (count - 1) / (STEPS - 1)) for number in range(STEPS)})


def test_killed_at_ten_places_it_still_ends_whole(bob: User, pia: User, adam: User) -> None:
    mine = account(bob)
    said(mine.subject, CANARY)
    row = approved(in_work(mine, "deletion", pia), pia, adam)
    for place in places():
        with pytest.raises(Kill):
            executing.erase(Fake(place), row.id)  # type: ignore[arg-type]
        assert Request.objects.get(id=row.id).state == State.EXECUTING
    executing.erase(Fake(-1), row.id)  # type: ignore[arg-type]
    done = Request.objects.get(id=row.id)
    assert done.state == State.FULFILLED, list(done.verdicts.filter(left__gt=0).values("store", "outcome"))
    assert executing.alive([mine.subject, bob.id]) == 0
    assert people.name(bob.id).startswith("Erased person")
    assert Leaf.objects.filter(event="requests.request.fulfilled").count() == 1
    executing.erase(Fake(-1), row.id)  # type: ignore[arg-type]
    assert Leaf.objects.filter(event="requests.request.fulfilled").count() == 1


def test_a_job_that_was_given_up_is_begun_again(pia: User, adam: User) -> None:
    """Five attempts in a row died: nobody can press "try again" on what is still being done."""
    mine = visitor()
    said(mine.subject, CANARY)
    row = approved(in_work(mine, "deletion", pia), pia, adam)
    tending.tend(at=clock.now())
    [job] = Job.objects.filter(name="requests.erase")
    Job.objects.filter(id=job.id).update(state="failed", keyed=False, ended_at=clock.now(), error_code="worker_lost")
    tending.tend(at=clock.now())
    assert run("requests.erase", row).id != job.id
    assert Request.objects.get(id=row.id).state == State.FULFILLED


def test_it_is_never_answered_while_a_key_is_left(pia: User, adam: User, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    monkeypatch.setattr(keyring, "destroy", lambda **_given: 0)
    row = erased(mine, pia, adam)
    assert row.state == State.PARTIAL


Rows = dict[str, Any]


def _dump(subject: UUID) -> Rows:
    return {
        "keys": list(DataKey.objects.filter(owner=subject).values()),
        "names": list(SubjectIdentifier.objects.filter(subject_id=subject).values()),
        "said": list(
            CallContent.objects.filter(subject=subject).values(
                "retention", "day", "id", "assistant", "subject", "sealed"
            )
        ),
    }


def _load(dump: Rows) -> None:
    for one in dump["keys"]:
        DataKey.objects.filter(id=one["id"]).update(wrapped=one["wrapped"], destroyed_at=None)
    SubjectIdentifier.objects.bulk_create(SubjectIdentifier(**one) for one in dump["names"])
    CallContent.objects.bulk_create(CallContent(**one) for one in dump["said"])
    keyring.forget()


def test_a_database_as_it_was_before_is_erased_again_before_it_serves(pia: User, adam: User) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    dump = _dump(mine.subject)
    erased(mine, pia, adam)
    ledger = list(replays.Replay("subject").collect())
    assert [one for one, _at in ledger] == [mine.subject]
    _load(dump)
    assert subject_for(Kind.EMAIL, EMAIL) == mine.subject
    again = [one for one, _at in ledger]
    assert replays.Replay("subject").apply(again, clock.now()) == 1
    assert not CallContent.objects.filter(subject=mine.subject).exists()
    assert executing.alive([mine.subject]) == 0
    assert reading.known_subject(EMAIL) is None
    assert replays.Replay("subject").apply(again, clock.now()) == 0


def test_an_account_of_an_old_dump_stays_closed(bob: User, pia: User, adam: User) -> None:
    before = User.objects.filter(id=bob.id).values().get()
    keys = list(DataKey.objects.filter(owner=bob.id).values())
    erased(account(bob), pia, adam)
    User.objects.filter(id=bob.id).update(
        state=before["state"], key_id=before["key_id"], email_index=before["email_index"], password=before["password"]
    )
    for one in keys:
        DataKey.objects.filter(id=one["id"]).update(wrapped=one["wrapped"], destroyed_at=None)
    keyring.forget()
    assert replays.Replay("account").apply([bob.id], clock.now()) == 1
    after = User.objects.get(id=bob.id)
    assert (after.state, after.full_name[:13]) == ("disabled", "Erased person")
    assert people.by_email("bob@example.test") is None


def test_the_ledger_never_changes(pia: User, adam: User) -> None:
    erased(visitor(), pia, adam)
    with pytest.raises(DatabaseError), transaction.atomic():
        Erasure.objects.all().delete()


def test_an_answer_that_ran_on_is_not_kept(pia: User, adam: User) -> None:
    """A stream that began before the erasure and ended after it."""
    mine = visitor()
    began = clock.now()
    erased(mine, pia, adam)
    call = Call(
        day=began.date(), id=ids.new_id(began), at=began, route="/v1/chat/completions", source="api", status=200
    )
    name = Name(Kind.EMAIL, EMAIL)
    assert late.found([name], [call]) == {call.id}
    assert call.subject == mine.subject
    new = Call(
        day=began.date(), id=ids.new_id(), at=clock.now() + timedelta(seconds=5), route="/v1", source="api", status=200
    )
    assert late.found([name], [new]) == set()


def test_a_restore_over_this_database_knows_who_was_erased(pia: User, adam: User) -> None:
    mine = visitor()
    erased(mine, pia, adam)
    known = {(kind, one) for kind, one, _at in restoring.known_erasures(installation_id())}
    assert ("subject", mine.subject) in known
    assert any(kind == "key" for kind, _one in known)


def test_what_comes_in_meanwhile_goes_too(pia: User, adam: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that is shipped after the conversations were gone through, before the names went."""
    mine = visitor()
    said(mine.subject, CANARY)
    row = approved(in_work(mine, "deletion", pia), pia, adam)
    destroy = executing._destroy

    def ship(*given: Any) -> None:
        said(mine.subject, "One more thing")
        destroy(*given)

    monkeypatch.setattr(executing, "_destroy", ship)
    executing.erase(Fake(-1), row.id)  # type: ignore[arg-type]
    assert not CallContent.objects.filter(subject=mine.subject).exists()
    assert Request.objects.get(id=row.id).state == State.FULFILLED
