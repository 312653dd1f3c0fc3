"""Personal detail of the journal goes after its period; what was signed stays valid across the cut, and a check names it."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.people.models import User
from compliance.auditing.models import Verification
from compliance.auditing.services import verifying
from compliance.holds.rules.scope import Kind, Line
from panel.journal import sealing, verification
from panel.journal import services as journal
from panel.journal.models import Detail, IndexEntry, Leaf
from panel.kernel import jobs
from panel.kernel.actors import SYSTEM
from panel.kernel.models import Job
from tests.compliance.holds import stage as holds
from tests.compliance.retention import stage
from tests.compliance.retention.stage import NOW
from tests.factories.people import actor_of, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def events(user: User, *moments: datetime) -> None:
    for at in moments:
        with transaction.atomic():
            journal.record("holds.hold.discarded", actor=SYSTEM, personal=[(user.id, {"why": "x"})], at=at)
        sealing.seal(at=at)


def check(user: User, first: int | None = None, last: int | None = None) -> Verification:
    row = verifying.start(actor=actor_of(user), first=first, last=last, outside="", at=NOW)
    jobs.perform(Job.objects.get(name=verifying.NAME, key=str(row.id)))
    row.refresh_from_db()
    assert row.problem == ""
    return row


def place(at: datetime) -> int:
    return int(IndexEntry.objects.get(leaf__at=at, event="holds.hold.discarded").sequence)


def test_the_cut_is_named_and_everything_verifies(pia: User, olga: User) -> None:
    old = [NOW - timedelta(days=800 - number) for number in range(3)]
    young = [NOW - timedelta(days=number) for number in (700, 5)]
    events(pia, *old, *young)
    whole = check(olga)
    assert (whole.findings, whole.cut) == ([], {})
    leaves = Leaf.objects.count()
    done = stage.carried_out(stage.agreed())
    assert (done.state, done.problem) == ("completed", "")
    assert Detail.objects.filter(person_id=pia.id, leaf__at__in=old).count() == 0
    assert Detail.objects.filter(person_id=pia.id, leaf__at__in=young).count() == 2
    assert Leaf.objects.count() > leaves  # none went
    sealing.seal(at=NOW)
    after = check(olga)
    assert after.findings == []
    assert datetime.fromisoformat(after.cut.pop("until")) == old[-1]
    assert after.cut == {"entries": 3, "last": place(old[-1]), "later": 0}
    across = check(olga, first=place(old[0]), last=place(young[0]))
    assert (across.findings, across.cut["last"]) == ([], place(old[-1]))
    page = signed_in(olga).get(reverse("auditing:verification", args=[after.id])).content.decode()
    assert "Personal detail that is gone" in page
    assert f"up to sequence {place(old[-1])}" in page
    assert "Nothing was altered." in page


def test_what_an_erasure_took_later_is_told_apart(pia: User, bob: User) -> None:
    events(pia, NOW - timedelta(days=900))
    events(bob, NOW - timedelta(days=10), NOW - timedelta(days=9))
    Detail.objects.filter(person_id=pia.id).delete()
    Detail.objects.filter(leaf__at=NOW - timedelta(days=9)).delete()
    audit = verification.verify()
    assert audit.findings == []
    assert (audit.cut.entries, audit.cut.later) == (1, 1)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("journal_verify", stdout=out)
    assert ended.value.code == 0
    assert "of 1 entries up to sequence" in out.getvalue()
    assert "some of 1 entries after that" in out.getvalue()


def test_what_a_hold_keeps_stays_readable_beyond_its_period(pia: User) -> None:
    at = NOW - timedelta(days=800)
    events(pia, at)
    subject = holds.make_subject()
    holds.hold_on(pia, subject)
    with transaction.atomic():
        journal.record("holds.hold.discarded", actor=SYSTEM, personal=[(subject, {"why": "y"})], at=at)
    done = stage.carried_out(stage.agreed())
    assert done.state == "deferred"
    assert Detail.objects.filter(person_id=subject).count() == 1
    assert Detail.objects.filter(person_id=pia.id, leaf__at=at).count() == 0


def test_a_hold_on_a_period_keeps_the_detail_of_its_days_from_everybody(pia: User, olga: User) -> None:
    within, outside = NOW - timedelta(days=800), NOW - timedelta(days=780)
    events(olga, within, outside)
    holds.place(pia, Line(Kind.PERIOD, None, within.date(), within.date()))
    kept = Detail.objects.get(person_id=olga.id, leaf__at=within)
    for act in (kept.delete, lambda: Detail.objects.filter(id=kept.id).update(sealed=b"")):
        with pytest.raises(DatabaseError, match="kept by the legal hold"), transaction.atomic():
            act()
    done = stage.carried_out(stage.agreed())
    assert (done.state, done.problem) == ("deferred", "")
    assert list(Detail.objects.filter(person_id=olga.id, leaf__at__in=[within, outside])) == [kept]
