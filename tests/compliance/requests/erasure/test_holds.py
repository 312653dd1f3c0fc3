"""An erasure meets a legal hold: what it covers stays, the rest goes, and when it ends the erasure finishes by itself."""

from datetime import timedelta

import pytest

from accounts.people.models import User
from assistants.conversations.models import CallContent
from compliance.holds.rules.scope import Kind, Line
from compliance.holds.services import releasing
from compliance.requests.models import Request, Verdict
from compliance.requests.rules.states import State
from compliance.requests.services.erasure import approving, executing
from panel.kernel import clock, ids
from panel.kernel.db import epochs
from tests.compliance.holds.stage import approve, place
from tests.compliance.requests.stage import CANARY, erased, fresh, in_work, run, said, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


@pytest.mark.parametrize("kind", [Kind.SUBJECT, Kind.ASSISTANT])
def test_what_is_held_stays_until_the_hold_ends(pia: User, adam: User, kind: Kind) -> None:
    mine, assistant = visitor(), ids.new_id()
    kept, other = said(mine.subject, CANARY, assistant=assistant), said(mine.subject, "Another matter")
    hold = place(pia, Line(kind, mine.subject if kind is Kind.SUBJECT else assistant))
    preview = approving.preview_of(in_work(mine, "access", pia))
    [line] = [one for one in preview.lines if one.store == "conversations"]
    assert (line.items, line.held, line.goes) == ((2, 2, 0) if kind is Kind.SUBJECT else (2, 1, 1))
    assert line.why.count(f"“{hold.reference}”") == 1
    row = erased(mine, pia, adam)
    assert row.state == State.PARTIAL
    assert "held" in set(Verdict.objects.filter(request=row).values_list("outcome", flat=True))
    left = set(CallContent.objects.values_list("id", flat=True))
    assert kept in left
    assert (other in left) == (kind is Kind.SUBJECT)
    approve(adam, releasing.ask(actor=fresh(pia), hold=hold, reason="The court closed the case.", at=clock.now()))
    released = releasing.release_due(clock.now() + timedelta(hours=25))
    assert released == 1
    job = run("requests.erase", row)
    assert job.state == "done", job.error
    assert Request.objects.get(id=row.id).state == State.FULFILLED
    assert not CallContent.objects.exists()
    assert executing.alive([mine.subject]) == 0


@pytest.mark.parametrize("kind", [Kind.ASSISTANT, Kind.PERIOD])
def test_who_never_had_to_do_with_the_matter_is_erased_whole(pia: User, adam: User, kind: Kind) -> None:
    mine, assistant, day = visitor(), ids.new_id(), clock.now().date()
    said(mine.subject, CANARY, assistant=ids.new_id())
    others = said(visitor("otto@example.org").subject, "Evidence", assistant=assistant)
    if kind is Kind.ASSISTANT:
        place(pia, Line(kind, assistant))
    else:
        place(pia, Line(kind, None, day - timedelta(days=9), day - timedelta(days=2)))
    row = erased(mine, pia, adam)
    unfinished = Verdict.objects.filter(request=row).exclude(outcome__in=["erased", "retained"])
    assert list(unfinished.values_list("store", "outcome", "ground", "problem")) == []
    assert row.state == State.FULFILLED
    assert set(CallContent.objects.values_list("id", flat=True)) == {others}
    assert executing.alive([mine.subject]) == 0
