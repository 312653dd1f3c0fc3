"""Others hear how requests go: numbers by API, and webhooks by ids alone."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.people.models import User
from compliance.requests.services import effects
from panel.journal import sealing
from panel.kernel import actors, clock
from panel.kernel.db import epochs
from panel.outbound.webhooks import sending, services
from tests.compliance.consent.test_told import checked, heard
from tests.compliance.requests.stage import EMAIL, asked, fresh, in_work, visitor
from tests.factories.people import signed_in
from tests.panel.outbound.receiver import Receiver

__all__ = ["heard"]
pytestmark = pytest.mark.django_db
EVENTS = ["requests.request.fulfilled", "requests.request.received", "requests.request.verified"]


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def answered(pia: User, kind: str = "opt_out") -> str:
    at = clock.now() - timedelta(days=3)
    row = in_work(visitor(), kind, pia, at=at)
    effects.carry_out(actor=fresh(pia), request=row, words="We stopped it.", at=clock.now())
    return str(row.id)


def test_webhooks_tell_each_step_by_ids(pia: User, heard: Receiver) -> None:
    given: dict[str, Any] = {"name": "Desk", "url": heard.url, "events": EVENTS}
    secret = str(services.create(actor=actors.console(), at=clock.now(), **given).secret)
    request = answered(pia)
    sealing.seal(at=clock.now())
    sending.collect(clock.now())
    assert sending.work(clock.now()) == len(EVENTS)
    told = [checked(secret, head, body) for head, body in heard.got]
    assert sorted(one["type"] for one in told) == EVENTS
    text = b"".join(body for _head, body in heard.got).decode()
    assert request in text
    assert EMAIL not in text
    assert "We stopped it" not in text


def test_numbers_say_how_many_of_each_kind_and_how_long_it_took(pia: User, olga: User, charlie: User) -> None:
    answered(pia)
    asked(visitor(), "deletion", at=clock.now() - timedelta(days=60))
    found = signed_in(olga).get("/api/v1/requests/numbers/").json()
    counted = {one["kind"]: (one["all"], one["open"]) for one in found.pop("by_kind")}
    assert found == {"open": 1, "late": 1, "unassigned": 1, "answered": 1, "in_time": 1, "days": 3}
    assert (counted["opt_out"], counted["deletion"], counted["access"]) == ((1, 0), (1, 1), (0, 0))
    assert signed_in(charlie).get("/api/v1/requests/numbers/").status_code == 403
    page = signed_in(olga).get("/requests/deadlines/").content.decode()
    assert "1 open of 1" in page
    assert "1 of 1" in page
