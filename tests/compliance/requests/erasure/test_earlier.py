"""An erasure reaches what the person asked before: their words, the agent, and copies that still lie there."""

import json

import pytest

from accounts.people.models import User
from compliance.requests.models import Package, Request
from compliance.requests.queries import reading
from compliance.requests.rules.states import State
from compliance.requests.rules.wishes import Wish
from compliance.requests.services import tending
from compliance.requests.services.copies import packing
from panel.kernel import clock
from panel.kernel.db import epochs
from panel.kernel.work import results
from tests.compliance.requests.stage import CANARY, asked, erased, fresh, in_work, run, said, visitor
from tests.compliance.requests.test_copies import files, packed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def again(row: Request) -> Request:
    return Request.objects.get(id=row.id)


def test_words_addresses_and_copies_of_earlier_requests_go(pia: User, adam: User) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    first, waits = packed(mine, pia), asked(mine, "objection", words="Not my chats, please.")
    other = asked(visitor("otto@example.org"), "objection", words="Mine stays.")
    job = Package.objects.get(request=first).job
    assert job is not None
    done = erased(mine, pia, adam)
    assert done.state == State.FULFILLED, list(done.verdicts.values("store", "outcome", "left", "problem"))
    assert not results.folder(job).exists()
    for row in (first, waits):
        assert (reading.opened(again(row), "words"), reading.opened(again(row), "contact")) == (
            reading.GONE,
            reading.GONE,
        )
    assert again(waits).state == State.LINKED
    assert again(first).state == State.FULFILLED
    assert reading.opened(again(other), "words") == "Mine stays."
    assert done.verdicts.get(store="requests").gone == 2


def test_what_is_being_answered_is_named_and_goes_with_its_answer(pia: User, adam: User) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    busy = packing.ask(actor=fresh(pia), request=in_work(mine, "access", pia), at=clock.now())
    done = erased(mine, pia, adam)
    kept = done.verdicts.get(store="requests")
    assert (kept.outcome, kept.left, kept.ground) == ("retained", 1, "It is being answered")
    assert reading.opened(again(busy), "words") == Wish("access", "Please.").words
    run("requests.pack", busy)
    assert again(busy).state == State.FULFILLED
    tending.tend(at=clock.now())
    assert reading.opened(again(busy), "words") == reading.GONE
    assert Package.objects.get(request=busy).gone_at is not None


def test_a_copy_tells_what_was_asked_before(pia: User) -> None:
    mine = visitor()
    asked(mine, "objection", words="Not my chats, please.")
    told = json.loads(files(packed(mine, pia), mine)["data.json"])["stores"]["requests"]
    assert "Not my chats, please." in [one["words"] for one in told]
