"""An application hears of choices, persons and policies: webhooks that any receiver of the Standard Webhooks can check.

What arrives is checked from the specification's words alone (standardwebhooks.com): nothing of the panel's signing is used.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from accounts.people.models import User
from compliance.subjects.rules import Proof
from compliance.subjects.services import linking, naming
from panel.journal import sealing
from panel.kernel import actors, clock
from panel.kernel.db import epochs
from panel.outbound import hosts
from panel.outbound.webhooks import sending, services
from tests.compliance.consent.stage import give, make_purpose, subject_of, withdraw
from tests.compliance.policies import stage as policies
from tests.panel.outbound.receiver import Receiver, listening

pytestmark = pytest.mark.django_db
EVENTS = [
    "consent.choice.given",
    "consent.choice.withdrawn",
    "policies.version.published",
    "subjects.identities.linked",
]


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


@pytest.fixture
def heard(db: None) -> Iterator[Receiver]:
    with listening() as found:
        place = f"127.0.0.1:{found.server_address[1]}"
        hosts.add(host=place, reason="for the test", actor=actors.console(), at=clock.now())
        yield found


def endpoint(heard: Receiver) -> str:
    """The endpoint's secret."""
    given: dict[str, Any] = {"name": "Shop", "url": heard.url, "events": EVENTS}
    return str(services.create(actor=actors.console(), at=clock.now(), **given).secret)


def checked(secret: str, head: dict[str, str], body: bytes) -> dict[str, Any]:
    """The payload, when id, age and signature are right. Raises AssertionError."""
    assert abs(time.time() - int(head["webhook-timestamp"])) < 300
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([head["webhook-id"].encode(), head["webhook-timestamp"].encode(), body])
    wanted = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    versions = [one.split(",", 1) for one in head["webhook-signature"].split(" ")]
    assert any(name == "v1" and hmac.compare_digest(value, wanted) for name, value in versions)
    return dict(json.loads(body))


def happened(pia: User, adam: User, bob: User) -> None:
    """A yes and a no of Bob, a name of his that is linked, and a policy in force."""
    purpose = make_purpose(pia)
    give(bob, purpose)
    withdraw(bob, purpose)
    other = naming.subject_for("email", "bob@quittengelee.example")
    linking.link(actor=actors.SYSTEM, one=subject_of(bob), other=other, proof=Proof.EMAIL_LINK, at=clock.now())
    policies.publish(pia, adam, policies.write(pia))


def test_each_is_told_once_signed_and_by_ids_only(pia: User, adam: User, bob: User, heard: Receiver) -> None:
    secret = endpoint(heard)
    happened(pia, adam, bob)
    sealing.seal(at=clock.now())
    sending.collect(clock.now())
    assert sending.work(clock.now()) == len(EVENTS)
    told = [checked(secret, head, body) for head, body in heard.got]
    assert sorted(one["type"] for one in told) == EVENTS
    assert len({head["webhook-id"] for head, _body in heard.got}) == len(EVENTS)
    for one in told:
        assert set(one) == {"type", "timestamp", "data"}
    text = b"".join(body for _head, body in heard.got).decode()
    assert "quittengelee" not in text
    assert "example.test" not in text
    assert str(subject_of(bob)) in text


def test_a_forged_one_is_not_taken(pia: User, adam: User, bob: User, heard: Receiver) -> None:
    secret = endpoint(heard)
    happened(pia, adam, bob)
    sealing.seal(at=clock.now())
    sending.collect(clock.now())
    sending.work(clock.now())
    head, body = heard.got[0]
    for changed in ((head, body + b" "), ({**head, "webhook-id": "other"}, body)):
        with pytest.raises(AssertionError):
            checked(secret, *changed)


def test_what_does_not_arrive_comes_again_under_its_id(pia: User, adam: User, bob: User, heard: Receiver) -> None:
    secret = endpoint(heard)
    happened(pia, adam, bob)
    sealing.seal(at=clock.now())
    sending.collect(clock.now())
    heard.status = 503
    assert sending.work(clock.now()) == 0
    first = {head["webhook-id"] for head, _body in heard.got}
    heard.status = 200
    heard.got.clear()
    for minutes in range(1, 4):
        sending.work(clock.now() + timedelta(minutes=minutes))
    assert {head["webhook-id"] for head, _body in heard.got} >= first
    assert sorted(checked(secret, head, body)["type"] for head, body in heard.got) == EVENTS
