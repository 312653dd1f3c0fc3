"""Only the person chooses, in the words in force; the ledger keeps each act and the standing follows."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.people.models import User
from compliance.consent import queries
from compliance.consent.models import Purpose, Record, Standing
from compliance.consent.rules.purposes import Words
from compliance.consent.rules.states import Act, State
from compliance.consent.services import choosing, purposes
from compliance.consent.services.ledger import Shown
from compliance.policies.rules.content import Text
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Forbidden, Invalid
from tests.compliance.consent.stage import fresh, give, make_purpose, rewrite, shown, subject_of, withdraw
from tests.compliance.policies import stage as policies

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No gateway runs here: there is nobody to wait for."""
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


@pytest.fixture
def purpose(pia: User) -> Purpose:
    return make_purpose(pia)


def state(user: User, purpose: Purpose) -> State:
    return queries.state(subject_of(user), Purpose.objects.get(id=purpose.id), clock.now())


def test_giving_and_taking_back_leave_two_lines_and_one_standing(bob: User, purpose: Purpose) -> None:
    assert state(bob, purpose) is State.NONE
    given = give(bob, purpose)
    assert state(bob, purpose) is State.GIVEN
    withdraw(bob, purpose)
    assert state(bob, purpose) is State.WITHDRAWN
    assert Record.objects.count() == 2
    assert Standing.objects.count() == 1
    assert Leaf.objects.filter(id=given.leaf_id, event="consent.choice.given").exists()


def test_a_repeat_is_no_change(bob: User, purpose: Purpose) -> None:
    first, epoch = give(bob, purpose), Standing.objects.get().epoch
    assert give(bob, purpose).id == first.id
    assert (Record.objects.count(), Standing.objects.get().epoch) == (1, epoch)


def test_the_epoch_moves_with_each_choice(bob: User, purpose: Purpose) -> None:
    give(bob, purpose)
    before = Standing.objects.get().epoch
    withdraw(bob, purpose)
    assert Standing.objects.get().epoch > before


def test_nobody_chooses_for_somebody_else(bob: User, charlie: User, pia: User, purpose: Purpose) -> None:
    for other in (charlie, pia):
        with pytest.raises(choosing.NotYours):
            choosing.give(
                actor=fresh(other), subject=subject_of(bob), purpose=purpose, shown=shown(purpose), channel="centre",
                at=clock.now(),
            )  # fmt: skip
    assert not Record.objects.exists()
    assert Leaf.objects.filter(event="consent.choice.refused").count() == 2


def test_nothing_that_was_never_given_is_withdrawn(bob: User, purpose: Purpose) -> None:
    with pytest.raises(choosing.NotPossible):
        withdraw(bob, purpose)
    assert Leaf.objects.filter(event="consent.choice.refused").count() == 1


@pytest.mark.parametrize("words", ["0" * 64, ""])
def test_other_words_than_those_in_force_count_for_nothing(bob: User, purpose: Purpose, words: str) -> None:
    with pytest.raises(choosing.OtherWords):
        choosing.give(
            actor=fresh(bob), subject=subject_of(bob), purpose=purpose, shown=Shown("en", words), channel="chat",
            at=clock.now(),
        )  # fmt: skip


def test_material_words_make_a_consent_stale_and_editorial_ones_do_not(bob: User, pia: User, purpose: Purpose) -> None:
    give(bob, purpose)
    rewrite(pia, purpose, "Improve the answers with my chats", material=False)
    assert state(bob, purpose) is State.GIVEN
    rewrite(pia, purpose, "Improve answers and train models", material=True)
    assert state(bob, purpose) is State.STALE
    give(bob, purpose)
    assert state(bob, purpose) is State.GIVEN


def test_a_material_notice_makes_a_consent_stale_on_its_day(
    bob: User, pia: User, adam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = policies.write(pia, slug="notice", kind="notice", acceptance=False, text=Text("Notice", "First."))
    policies.publish(pia, adam, notice)
    purpose = make_purpose(pia, slug="with-notice", notice=notice)
    give(bob, purpose)
    policies.edit(pia, notice, Text("Notice", "Second."), effective_at=policies.later(3))
    policies.publish(pia, adam, notice)
    purposes.follow_notices(clock.now())
    assert state(bob, purpose) is State.GIVEN
    later = policies.later(4)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert purposes.follow_notices(later) == 1
    assert purposes.follow_notices(later) == 0
    assert state(bob, purpose) is State.STALE


def test_a_consent_expires(bob: User, pia: User) -> None:
    purpose = make_purpose(pia, slug="short", expires_days=30)
    give(bob, purpose)
    at = clock.now()
    assert queries.state(subject_of(bob), purpose, at + timedelta(days=29)) is State.GIVEN
    assert queries.state(subject_of(bob), purpose, at + timedelta(days=30, seconds=1)) is State.EXPIRED


def test_an_age_gate_asks(bob: User, pia: User) -> None:
    purpose = make_purpose(pia, slug="adults", age=18)
    with pytest.raises(choosing.TooYoung):
        give(bob, purpose)
    assert give(bob, purpose, age_confirmed=True).age_confirmed


def test_what_is_told_is_not_asked(bob: User, pia: User) -> None:
    purpose = make_purpose(pia, slug="bill", basis="contract", use="service")
    with pytest.raises(choosing.NotPossible):
        give(bob, purpose)


def test_a_retired_purpose_takes_no_consent_but_a_withdrawal(
    bob: User, charlie: User, pia: User, purpose: Purpose
) -> None:
    give(bob, purpose)
    taken = shown(purpose)
    purposes.retire(actor=fresh(pia), purpose=purpose, at=clock.now())
    with pytest.raises(choosing.NotPossible):
        choosing.give(
            actor=fresh(charlie),
            subject=subject_of(charlie),
            purpose=purpose,
            shown=taken,
            channel="chat",
            at=clock.now(),
        )
    withdraw(bob, purpose)


def test_a_privacy_signal_withdraws_sharing_only_and_is_noted_once(bob: User, pia: User, purpose: Purpose) -> None:
    sharing = make_purpose(pia, slug="ads", use="sharing")
    give(bob, purpose)
    give(bob, sharing)
    heard = choosing.signal(subject=subject_of(bob), actor=fresh(bob), at=clock.now())
    assert [one.purpose_id for one in heard] == [sharing.id]
    assert state(bob, purpose) is State.GIVEN
    assert choosing.signal(subject=subject_of(bob), actor=fresh(bob), at=clock.now()) == []


def test_staff_record_a_document_and_never_without_one(bob: User, pia: User, adam: User, purpose: Purpose) -> None:
    def record(user: User, source: str) -> Record:
        return choosing.record(
            actor=fresh(user), subject=subject_of(bob), purpose=purpose, act=Act.GIVE, language="en", source=source,
            at=clock.now(),
        )  # fmt: skip

    with pytest.raises(Invalid):
        record(pia, "form")
    with pytest.raises(Forbidden):
        record(adam, "Signed form of 3 November, archive box 12")
    made = record(pia, "Signed form of 3 November, archive box 12")
    assert made.channel == "document"
    assert Record.objects.get(id=made.id).source == "Signed form of 3 November, archive box 12"
    stored: Any = Record.objects.filter(id=made.id).values_list("source", flat=True)[0]
    assert b"archive box" not in bytes(stored.data)


def test_the_ledger_cannot_be_rewritten(bob: User, purpose: Purpose) -> None:
    made = give(bob, purpose)
    for act in (
        lambda: Record.objects.filter(id=made.id).update(act="withdraw"),
        lambda: Record.objects.filter(id=made.id).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_two_editors_of_words_are_told_apart(pia: User, purpose: Purpose) -> None:
    rewrite(pia, purpose, "Other", material=True)
    with pytest.raises(Conflict):
        purposes.rewrite(
            actor=fresh(pia), purpose=purpose, texts=queries_words("Third"), material=True, revision=1, at=clock.now()
        )


def queries_words(label: str) -> dict[str, Words]:
    return {"en": Words(label, "Because.")}


def test_coverage_tells_states_apart(bob: User, charlie: User, pia: User, purpose: Purpose) -> None:
    give(bob, purpose)
    give(charlie, purpose)
    withdraw(charlie, purpose)
    found = queries.coverage(Purpose.objects.get(id=purpose.id), clock.now())
    assert (found[State.GIVEN], found[State.WITHDRAWN], found[State.STALE]) == (1, 1, 0)
