"""What pages say of a request beside its stages: why it was denied, and that its clock stands."""

from datetime import timedelta

import pytest

from accounts.people.models import User
from compliance.requests.rules.wishes import Wish
from compliance.requests.services import asking, working
from compliance.requests.services.asking import Entered
from panel.kernel import clock
from panel.kernel.db import epochs
from tests.compliance.requests.stage import EMAIL, fresh, in_work, visitor
from tests.compliance.subjects.test_proving import opened
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def test_who_reads_a_denial_reads_its_ground_and_an_officer_that_the_clock_stands(pia: User) -> None:
    mine = visitor()
    denied = in_work(mine, "deletion", pia)
    working.deny(actor=fresh(pia), request=denied, ground="legal_claims", reason="There is a case.", at=clock.now())
    person = opened(EMAIL)
    assert "The ground: Needed for legal claims" in person.get(f"/privacy/requests/{denied.id}/").content.decode()
    entered = Entered("letter", clock.now() - timedelta(days=2), EMAIL)
    row = asking.enter(actor=fresh(pia), wish=Wish("access"), entered=entered, at=clock.now())
    page = f"/requests/{row.id}/"
    assert "The clock stands" not in signed_in(pia).get(page).content.decode()
    working.challenge(
        actor=fresh(pia), request=row, doubt="The signature differs.", address="192.0.2.1", at=clock.now()
    )
    assert "The clock stands until they prove" in signed_in(pia).get(page).content.decode()
