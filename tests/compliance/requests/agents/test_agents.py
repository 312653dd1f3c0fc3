"""Somebody who asks for somebody: with a mandate, the person confirms, and the answer goes to the person alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.people.models import User
from compliance.requests.models import Request
from compliance.requests.rules.states import State
from compliance.requests.rules.wishes import Wish
from compliance.requests.services import asking, working
from compliance.requests.services.asking import Entered
from panel.kernel import clock
from panel.kernel.db import epochs
from panel.kernel.errors import Invalid
from panel.outbound.models import Message
from tests.compliance.requests.stage import EMAIL, fresh, visitor
from tests.compliance.requests.test_copies import packed
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
NEW, AGENT = "/privacy/requests/new/", "help@consumers.example"
GIVEN: dict[str, Any] = {
    "agent": "Consumers United",
    "agent_contact": AGENT,
    "mandate": "Signed permission of 2 May 2026",
}


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def letters(address: str) -> list[Message]:
    return [one for one in Message.objects.order_by("id") if one.address == address]


def by_agent(client: Client, kind: str = "access") -> Request:
    assert client.post(NEW, {"kind": kind, "email": EMAIL, **GIVEN}).status_code == 200
    return Request.objects.get()


def test_the_person_confirms_knowing_who_asked_and_the_agent_hears_of_it(client: Client, pia: User) -> None:
    row = by_agent(client)
    [proof] = letters(EMAIL)
    assert "Consumers United asked" in proof.content["text"]
    assert "Only you can say" in proof.content["text"]
    assert letters(AGENT) == [], "nobody has us write to a stranger"
    mine = visitor()
    asking.confirm(visitor=mine, request=row, at=clock.now())
    [told] = letters(AGENT)
    assert "mandate is confirmed" in told.content["text"]
    row = working.take(actor=fresh(pia), request=Request.objects.get(), at=clock.now())
    packed(mine, pia, row=row)
    assert "went to the person" in letters(AGENT)[-1].content["text"]
    assert "/privacy/" not in "".join(one.content["text"] for one in letters(AGENT))
    page = signed_in(pia).get(f"/requests/{row.id}/").content.decode()
    assert "Signed permission of 2 May 2026" in page
    assert AGENT in page


@pytest.mark.parametrize("missing", sorted(GIVEN))
def test_an_agent_says_who_they_are_where_and_why(client: Client, missing: str) -> None:
    answer = client.post(NEW, {"kind": "access", "email": EMAIL, **GIVEN, missing: ""})
    assert answer.status_code == 422
    assert not Request.objects.exists()


def test_staff_enters_a_letter_of_an_agent_with_its_mandate(pia: User) -> None:
    visitor()
    entered = Entered("agent", clock.now() - timedelta(days=1), EMAIL, EMAIL, "Signature compared with the contract.")
    with pytest.raises(Invalid) as refused:
        asking.enter(actor=fresh(pia), wish=Wish("deletion"), entered=entered, at=clock.now())
    assert "agent" in refused.value.fields
    row = asking.enter(actor=fresh(pia), wish=Wish("deletion", **GIVEN), entered=entered, at=clock.now())
    assert (row.state, row.proof) == (State.VERIFIED, "staff")
    assert len(letters(AGENT)) == 1


def test_a_denial_tells_the_agent_without_the_reason(client: Client, pia: User) -> None:
    row = by_agent(client, "objection")
    asking.confirm(visitor=visitor(), request=row, at=clock.now())
    row = working.take(actor=fresh(pia), request=Request.objects.get(), at=clock.now())
    reason = "We keep nothing under this address."
    working.deny(actor=fresh(pia), request=row, ground="no_match", reason=reason, at=clock.now())
    told = letters(AGENT)[-1].content["text"]
    assert "was denied" in told
    assert reason not in told
